import { Modal, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ConnectionHealth, DryRun, DryRunInput } from '../../../src/modules/connections/schema.ts'
import { fieldError } from '../../api/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { datasets } from '../datasets/queries.ts'
import styles from './DryRunDialog.module.css'
import { dryRun } from './queries.ts'

type Tried = NonNullable<ConnectionHealth['dry_run']>
type Props = { connection: ConnectionHealth; tried: Tried; onClose: () => void }

const outcomes: Record<DryRun['outcome'], { tone: ToneName; word: string }> = {
  passed: { tone: 'met', word: 'It works' },
  failed: { tone: 'blocked', word: 'It does not work' },
  unclear: { tone: 'attention', word: 'Nothing shows yet that it works' },
}

/** Asks what lies outside whether it would do its part; what was found stays here and in the trail. */
export function DryRunDialog({ connection, tried, onClose }: Props) {
  const client = useQueryClient()
  const { kind, name } = connection
  const { target, models, last } = tried
  const isHost = kind === 'scoring' && models.length === 0
  const [url, setUrl] = useState(`https://${name}/invocations`)
  const [speaks, setSpeaks] = useState<'mlflow' | 'v2'>('mlflow')
  const [model, setModel] = useState(models[0] ?? '')
  const [dataset, setDataset] = useState('')

  function wish(): DryRunInput {
    if (kind === 'sign_in') return { kind, target }
    if (isHost) return { kind: 'scoring', target, endpoint: { url, speaks } }
    return { kind: 'scoring', target, model, ...(dataset ? { dataset: dataset as `sha256:${string}` } : {}) }
  }
  const run = useMutation({
    mutationFn: () => dryRun(wish()),
    onSuccess: () => client.invalidateQueries({ queryKey: ['admin', 'connections'] }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    run.mutate()
  }
  const shown = run.data ?? last
  return (
    <Modal opened onClose={onClose} title="Dry run" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <p className={styles.target}>{name}</p>
        <p className="quiet">
          {kind === 'sign_in'
            ? 'The provider is asked what a sign-in asks before anybody is sent there. Nobody signs in by it.'
            : 'The server asks whether it is up, over the same guarded connection as evaluations, and changes nothing there.'}
        </p>
        {isHost && (
          <>
            <TextInput
              label="Address that scores"
              type="url"
              required
              withAsterisk={false}
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
              error={fieldError(run.error, 'endpoint.url')}
              styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
              data-autofocus
            />
            <NativeSelect
              label="It speaks"
              value={speaks}
              onChange={(event) => setSpeaks(event.currentTarget.value === 'v2' ? 'v2' : 'mlflow')}
              data={[
                { value: 'mlflow', label: 'MLflow' },
                { value: 'v2', label: 'Open Inference Protocol, version 2' },
              ]}
            />
          </>
        )}
        {models.length > 1 && (
          <NativeSelect
            label="By the protocol of"
            value={model}
            onChange={(event) => setModel(event.currentTarget.value)}
            data={models}
          />
        )}
        {models.length > 0 && <RowChoice chosen={dataset} onChange={setDataset} />}
        {run.error && <ErrorState error={run.error} />}
        <div aria-live="polite">{shown && <Outcome run={shown} isOld={run.data === undefined} />}</div>
        <div className="row">
          <Button type="submit" kind="go" busy={run.isPending}>
            {shown ? 'Ask again' : 'Ask it'}
          </Button>
          <Button kind="bare" onClick={onClose}>
            {run.data ? 'Done' : 'Not now'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** Only a row shows that it scores; whether one leaves the server is the person's choice. */
function RowChoice({ chosen, onChange }: { chosen: string; onChange: (digest: string) => void }) {
  const may = useMay()
  const known = useQuery({ ...datasets, enabled: may('evaluation.run') })
  if (!may('evaluation.run')) return null
  return (
    <NativeSelect
      label="Score one row of"
      description="The first row of a stored dataset is sent to it. The answer is read and not kept."
      value={chosen}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'no dataset: only ask whether it is up' },
        ...(known.data ?? []).map(({ digest, name }) => ({ value: digest, label: `${name}, ${digest.slice(7, 15)}` })),
      ]}
    />
  )
}

function Outcome({ run, isOld }: { run: DryRun; isOld: boolean }) {
  const { tone, word } = outcomes[run.outcome]
  return (
    <section aria-label="What the dry run showed" className={styles.outcome}>
      <p className={styles.word}>
        <Tone tone={tone}>{word}</Tone>
        <span className="quiet small">
          {isOld ? 'last dry run ' : ''}
          <Moment at={run.at} /> by {run.by.name}
        </span>
      </p>
      <ul className={styles.checks}>
        {run.checks.map(({ what, state, said, ms }) => (
          <li key={what}>
            <Tone tone={state}>{what}</Tone>
            <span className={styles.ms}>{ms === null ? '' : `${ms} ms`}</span>
            <span className={styles.said}>{said}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
