import { NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { Permission, TokenId } from '../../../src/modules/access/schema.ts'
import type { Explanation, PermissionAnswer } from '../../../src/modules/simulator/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { usePeople } from '../access/people.tsx'
import { tokens } from '../access/queries.ts'
import { explanation } from './queries.ts'

const route = getRouteApi('/signed-in/admin')

/** What can this person do to this, and why. */
export function SimulatorTab() {
  const { login, model, version, action, token } = route.useSearch()
  return (
    <>
      <Question key={JSON.stringify([login, model, version, action, token])} />
      {login === undefined ? (
        <EmptyState title="Whom is it about?" command="modelkeep access explain vera --model wage-screening@2">
          Choose somebody, and a model and a version if it is about one. The answer comes from the same rules that every
          request is decided by.
        </EmptyState>
      ) : (
        <Answer query={{ login, model, version, action, token }} />
      )}
    </>
  )
}

function Question() {
  const asked = route.useSearch()
  const navigate = route.useNavigate()
  const people = [...usePeople().values()]
  const { data: everyToken = [] } = useQuery(tokens)
  const [draft, setDraft] = useState({
    login: asked.login ?? '',
    model: asked.model ?? '',
    version: asked.version ?? '',
    action: asked.action ?? '',
    token: asked.token ?? '',
  })
  const asking = people.find(({ login }) => login === draft.login)
  const theirs = everyToken.filter(({ person, revoked_at }) => person === asking?.id && revoked_at === null)
  const set = (field: keyof typeof draft) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  function submit(event: FormEvent) {
    event.preventDefault()
    const model = draft.model.trim() || undefined
    void navigate({
      search: {
        tab: 'simulator',
        login: draft.login || undefined,
        model,
        version: model === undefined ? undefined : draft.version.trim() || undefined,
        action: Permission.safeParse(draft.action).data,
        token: TokenId.safeParse(draft.token).data,
      },
    })
  }
  return (
    <form onSubmit={submit} className="row" style={{ alignItems: 'end', marginBottom: 16 }}>
      <NativeSelect
        label="What can"
        size="sm"
        style={{ maxWidth: 320 }}
        value={draft.login}
        onChange={(event) => setDraft({ ...draft, login: event.currentTarget.value, token: '' })}
        data={[
          { value: '', label: 'somebody' },
          ...people.map(({ login, name }) => ({ value: login, label: `${name} (${login})` })),
        ]}
      />
      <TextInput
        label="do to the model"
        placeholder="the whole workspace"
        size="sm"
        value={draft.model}
        onChange={set('model')}
      />
      <TextInput
        label="and its version"
        placeholder="none"
        size="sm"
        disabled={draft.model.trim() === ''}
        value={draft.version}
        onChange={set('version')}
        style={{ width: 110 }}
      />
      <NativeSelect
        label="Permission"
        size="sm"
        value={draft.action}
        onChange={set('action')}
        data={[{ value: '', label: 'every permission' }, ...Permission.options]}
      />
      <NativeSelect
        label="With the token"
        size="sm"
        value={draft.token}
        onChange={set('token')}
        disabled={theirs.length === 0}
        data={[
          { value: '', label: theirs.length === 0 && asking ? 'no token' : 'none: signed in' },
          ...theirs.map(({ id, name, hint }) => ({ value: id, label: `${name} (${hint})` })),
        ]}
      />
      <Button type="submit" kind="go" disabled={draft.login === ''}>
        Explain
      </Button>
    </form>
  )
}

type Asked = {
  login: string
  model?: string | undefined
  version?: string | undefined
  action?: Permission | undefined
  token?: TokenId | undefined
}

function Answer({ query: { login, model, version, action, token } }: { query: Asked }) {
  const query = useQuery(
    explanation({
      login,
      ...(model === undefined ? {} : { model }),
      ...(version === undefined ? {} : { version }),
      ...(action === undefined ? {} : { action }),
      ...(token === undefined ? {} : { token }),
    }),
  )
  return (
    <Loaded query={query} lines={8}>
      {(found) => (
        <>
          <Verdict found={found} />
          {found.token && (
            <p className="quiet">
              As if the request came with the token <Fact>{found.token.name}</Fact>.
            </p>
          )}
          {found.duties.length > 0 && (
            <Card title="Duties">
              {found.duties.map(({ duty, sentence }) => (
                <p key={`${duty} ${sentence}`}>{sentence}</p>
              ))}
            </Card>
          )}
          <Card title="Permissions" flush>
            <DataTable
              label="Permissions"
              columns={columns}
              rows={found.permissions}
              rowKey={({ permission }) => permission}
              unit="permission"
            />
          </Card>
        </>
      )}
    </Loaded>
  )
}

function Verdict({ found }: { found: Explanation }) {
  if (found.person.disabled_at !== null)
    return <Lead tone="blocked">{found.person.name} may do nothing: the account is disabled.</Lead>
  if (found.decisions.length > 0) {
    return found.decisions.map(({ environment, allowed, sentence, conflicts }) => (
      <Lead
        key={environment}
        label={`Deciding for ${environment}`}
        tone={allowed ? 'met' : 'blocked'}
        detail={conflicts.map(({ message }) => message).join(' ')}
      >
        {found.person.name}: {sentence.charAt(0).toLowerCase() + sentence.slice(1)}
      </Lead>
    ))
  }
  const may = found.permissions.filter(({ allowed }) => allowed).length
  const [only, ...others] = found.permissions
  if (only && others.length === 0) return <Lead tone={only.allowed ? 'met' : 'blocked'}>{only.sentence}</Lead>
  return (
    <Lead tone={may > 0 ? 'met' : 'unknown'}>
      {found.person.name} has {may} of {found.permissions.length} permissions{' '}
      {found.model === null ? 'in the whole workspace' : `on ${found.model}`}.
    </Lead>
  )
}

const columns: Column<PermissionAnswer>[] = [
  {
    key: 'permission',
    header: 'Permission',
    cell: ({ permission }) => <Fact>{permission}</Fact>,
    value: ({ permission }) => permission,
  },
  {
    key: 'allowed',
    header: 'May',
    cell: ({ allowed }) => (allowed ? <Tone tone="met">yes</Tone> : <Tone tone="blocked">no</Tone>),
    value: ({ allowed }) => (allowed ? 'yes' : 'no'),
  },
  { key: 'why', header: 'Why', cell: ({ sentence }) => sentence, value: ({ sentence }) => sentence },
]
