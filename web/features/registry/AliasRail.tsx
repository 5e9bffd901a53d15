import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { AliasMove } from '../../../src/modules/gate/schema.ts'
import type { Model, VersionSummary } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import styles from './AliasRail.module.css'
import { moveAlias } from './queries.ts'

/** Which version each alias points to. Moving a protected alias asks the gate, and its answer stays on the page. */
export function AliasRail({ model, versions }: { model: Model; versions: readonly VersionSummary[] }) {
  const may = useMay()
  return (
    <Card title="Aliases">
      {model.aliases.length === 0 && <p className="quiet small">No alias points to a version.</p>}
      <ul className={styles.rail}>
        {model.aliases.map(({ alias, version }) => (
          <li key={alias}>
            <span>{alias}</span>
            <Link to="/models/$name/versions/$which" params={{ name: model.name, which: String(version) }}>
              version {version}
            </Link>
          </li>
        ))}
      </ul>
      {may('registry.write', model.name) && versions.length > 0 && <Move model={model} versions={versions} />}
    </Card>
  )
}

function Move({ model, versions }: { model: Model; versions: readonly VersionSummary[] }) {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [alias, setAlias] = useState('champion')
  const [version, setVersion] = useState(String(versions[0]?.version ?? 1))
  const move = useMutation({
    mutationFn: () => moveAlias(model.name, alias.trim(), { version: Number(version) }),
    onSuccess: () => client.invalidateQueries(),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    move.mutate()
  }
  if (!open) {
    return (
      <div style={{ marginTop: 8 }}>
        <Button onClick={() => setOpen(true)}>Move an alias</Button>
      </div>
    )
  }
  return (
    <form onSubmit={submit} className="stack" style={{ marginTop: 10 }}>
      <TextInput
        label="Alias"
        size="sm"
        required
        withAsterisk={false}
        value={alias}
        onChange={(event) => setAlias(event.currentTarget.value)}
      />
      <NativeSelect
        label="Points to"
        size="sm"
        value={version}
        onChange={(event) => setVersion(event.currentTarget.value)}
        data={versions.map((each) => ({ value: String(each.version), label: `version ${each.version}` }))}
      />
      <div className="row">
        <Button type="submit" kind="go" busy={move.isPending}>
          Move
        </Button>
        <Button kind="bare" onClick={() => setOpen(false)}>
          Not now
        </Button>
      </div>
      {move.error && <ErrorState error={move.error} />}
      <div aria-live="polite">{move.data && <MoveOutcome move={move.data} />}</div>
    </form>
  )
}

function MoveOutcome({ move }: { move: AliasMove }) {
  switch (move.outcome) {
    case 'moved':
      return (
        <Tone tone="met">
          {move.alias} points to version {move.version}
        </Tone>
      )
    case 'blocked':
      return (
        <>
          <Tone tone="blocked">The gate does not let {move.alias} move</Tone>
          <p className="small" style={{ margin: 0 }}>
            {move.verdict.path} <PathLink to={`/gate/verdicts/${move.verdict.id}`}>See why</PathLink>
          </p>
        </>
      )
  }
}
