import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Person, RoleName } from '../../../src/modules/access/schema.ts'
import { Duty, dutyNames } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { createPerson, roles } from '../access/queries.ts'
import { openSeat } from '../auditors/queries.ts'
import { endOfDay } from './end-of-day.ts'
import { propose } from './queries.ts'

const nothing = { login: '', role: 'developer', model: '', duty: '', until: '' }

/** Somebody new with role, scope and duty in one line; an auditor gets a seat that ends. */
export function InviteLine({ models }: { models: readonly string[] }) {
  const client = useQueryClient()
  const { data: known = [] } = useQuery(roles)
  const [draft, setDraft] = useState(nothing)
  const set = (field: keyof typeof nothing) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  const isAuditor = draft.role === 'auditor'
  const invite = useMutation({
    mutationFn: () => inviteBy(draft),
    onSuccess: async () => {
      setDraft(nothing)
      await client.invalidateQueries()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    invite.mutate()
  }
  return (
    <Card title="Invite in one line">
      <form onSubmit={submit} className="row" style={{ alignItems: 'end' }}>
        <TextInput
          label="Signs in as"
          size="xs"
          required
          withAsterisk={false}
          value={draft.login}
          onChange={set('login')}
        />
        <NativeSelect
          label="Role"
          size="xs"
          value={draft.role}
          onChange={set('role')}
          data={known.length > 0 ? known.map(({ name }) => name) : ['developer']}
        />
        <NativeSelect
          label="Scope"
          size="xs"
          value={draft.model}
          onChange={set('model')}
          data={[{ value: '', label: 'whole workspace' }, ...models]}
        />
        {isAuditor ? (
          <TextInput
            label="Until, that day included"
            type="date"
            size="xs"
            required
            withAsterisk={false}
            value={draft.until}
            onChange={set('until')}
          />
        ) : (
          <NativeSelect
            label="Duty"
            size="xs"
            disabled={draft.model === ''}
            value={draft.duty}
            onChange={set('duty')}
            data={[
              { value: '', label: draft.model === '' ? 'needs a model' : 'none' },
              ...Duty.options.map((duty) => ({ value: duty, label: dutyNames[duty] })),
            ]}
          />
        )}
        <Button type="submit" kind="go" busy={invite.isPending}>
          Invite
        </Button>
      </form>
      {invite.error && <ErrorState error={invite.error} />}
      {invite.data && (
        <p role="status" style={{ marginTop: 10 }}>
          {invite.data.login} was added. They sign in through your identity provider, or with the password that{' '}
          <span className="fact">modelkeep reset-password {invite.data.login}</span> prints.
        </p>
      )}
    </Card>
  )
}

async function inviteBy({ login, role, model, duty, until }: typeof nothing): Promise<Person> {
  const scope = model || null
  const isAuditor = role === 'auditor'
  const grants = isAuditor ? [] : [{ role: RoleName.parse(role), model: scope }]
  const person = await createPerson({ login, name: login, kind: 'person', grants })
  if (isAuditor) {
    const models = scope === null ? null : [scope]
    await openSeat({ person: person.id, models, reason: 'Invited as an auditor.', ends_at: endOfDay(until) })
  } else if (duty !== '' && scope !== null) {
    await propose({ model: scope, duty: Duty.parse(duty), person: person.id, reason: 'Invited.' })
  }
  return person
}
