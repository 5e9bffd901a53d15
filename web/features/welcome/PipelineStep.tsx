import { NativeSelect } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { NewToken } from '../../../src/modules/access/schema.ts'
import type { Model } from '../../../src/modules/registry/schema.ts'
import { currentWorkspace } from '../../api/workspace.ts'
import { Button } from '../../ui/Button.tsx'
import { Command } from '../../ui/Copy.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { createPerson, createToken, lookUp } from '../access/queries.ts'
import { verdicts } from '../gate/queries.ts'
import { environments, inventory } from '../registry/queries.ts'
import { type PipelineKind, snippetFor } from './pipeline-snippets.ts'

const pipelineLogin = 'pipeline'

/** One request from a pipeline; its answer shows here as soon as it was asked. */
export function PipelineStep() {
  const { data: page } = useQuery(inventory({ limit: 200, sort: 'tier' }))
  const { data: places = [] } = useQuery(environments)
  const [kind, setKind] = useState<PipelineKind>('github')
  const [chosen, setChosen] = useState<string>()
  const [environment, setEnvironment] = useState('dev')
  const rows = page?.rows.filter(({ latest }) => latest !== null) ?? []
  const [pilot] = rows
  const row = rows.find(({ model }) => model.name === chosen) ?? pilot
  const mode = places.find(({ name }) => name === environment)?.mode ?? 'observe'
  const question = {
    url: window.location.origin,
    model: row?.model.name ?? 'MODEL',
    version: String(row?.latest?.version ?? 1),
    environment,
  }
  return (
    <div className="stack">
      {pilot?.latest && <Pilot model={pilot.model} version={pilot.latest.version} />}
      <Token />
      <div className="row" style={{ alignItems: 'end' }}>
        <NativeSelect
          label="Pipeline"
          size="xs"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as PipelineKind)}
          data={[
            { value: 'github', label: 'GitHub Actions' },
            { value: 'gitlab', label: 'GitLab CI' },
            { value: 'shell', label: 'any shell' },
          ]}
        />
        <NativeSelect
          label="Model"
          size="xs"
          value={row?.model.name ?? ''}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={rows.length === 0 ? [{ value: '', label: 'none yet' }] : rows.map(({ model }) => model.name)}
        />
        <NativeSelect
          label="Environment"
          size="xs"
          value={environment}
          onChange={(event) => setEnvironment(event.currentTarget.value)}
          data={places.map(({ name, mode: how }) => ({ value: name, label: `${name} (${how}s)` }))}
        />
      </div>
      <Command text={snippetFor(kind, question)} />
      <p className="small quiet" style={{ margin: 0 }}>
        {mode === 'enforce'
          ? `${environment} enforces: a denial stops the pipeline. Begin in one that observes.`
          : `${environment} ${mode}s: the verdict is signed and kept, and nothing is stopped.`}{' '}
        Whole examples, with the command line and offline checks, are in the guide under “The gate in a pipeline”.
      </p>
      <FirstVerdict />
    </div>
  )
}

/** The model that can do most harm and has a version: to begin with it shows the most. */
function Pilot({ model: { name, tier }, version }: { model: Pick<Model, 'name' | 'tier'>; version: number }) {
  return (
    <p style={{ margin: 0 }}>
      Begin with <b>{name}</b>
      {tier && `, which has ${tier} tier`}.{' '}
      <Link to="/models/$name/versions/$which" params={{ name, which: String(version) }}>
        The checklist of version {version}
      </Link>{' '}
      says what the policies ask for, and what its facts meet already.
    </p>
  )
}

/** A service account whose token asks the gate and reports deployments, and does nothing else. */
function Token() {
  const client = useQueryClient()
  const make = useMutation({
    mutationFn: async (): Promise<NewToken> => {
      const grants = [{ role: 'developer', model: null }]
      const known = await lookUp(pipelineLogin)
      const account = known ?? (await createPerson({ login: pipelineLogin, name: 'Pipeline', kind: 'service', grants }))
      return createToken({
        name: 'pipeline',
        person: account.id,
        scopes: ['gate.check', 'deployment.report'],
        expires_in_days: 90,
        workspace: currentWorkspace(),
      })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['access'] }),
  })
  if (make.data) {
    return (
      <div className="stack">
        <p role="status" style={{ margin: 0 }}>
          Keep it as the secret <span className="fact">MODELKEEP_TOKEN</span> of the pipeline; it is shown only now. It
          may ask the gate and report deployments, until <Moment at={make.data.token.expires_at} />.
        </p>
        <Command text={make.data.secret} />
      </div>
    )
  }
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        A pipeline asks before it deploys. Its token belongs to a service account and may ask the gate and report
        deployments, nothing else.
      </p>
      {make.error && <ErrorState error={make.error} />}
      <div>
        <Button kind="go" busy={make.isPending} onClick={() => make.mutate()}>
          Make a token for it
        </Button>
      </div>
    </div>
  )
}

function FirstVerdict() {
  const { data } = useQuery({ ...verdicts({}), refetchInterval: 2000 })
  const [first] = data ?? []
  return (
    <div aria-live="polite">
      {first ? (
        <Lead
          tone={first.outcome === 'denied' ? 'attention' : 'met'}
          detail={
            <>
              <Moment at={first.issued_at} />, {first.mode} mode.{' '}
              <Link to="/gate/verdicts/$id" params={{ id: first.id }}>
                The verdict and what is missing
              </Link>
            </>
          }
        >
          The gate was asked about {first.model} {first.version} for {first.environment}: {first.outcome}.
        </Lead>
      ) : (
        <Lead tone="waiting">No verdict yet. The first one shows here as soon as the pipeline asks.</Lead>
      )}
    </div>
  )
}
