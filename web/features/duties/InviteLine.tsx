import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Account, RoleName } from '../../../src/modules/access/schema.ts'
import { Duty, dutyNames, type Subject } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { addGrant, createPerson, lookUp, roles } from '../access/queries.ts'
import { openSeat } from '../auditors/queries.ts'
import { inventory } from '../registry/queries.ts'
import { endOfDay, today } from './end-of-day.ts'
import { about, propose } from './queries.ts'

const nothing = { login: '', role: 'developer', model: '', duty: '', of: '', until: '' }

/**
 * Somebody with role, scope and duty in one line: a new account, or one that is there under this name. An auditor gets a seat
 * that ends.
 */
export function InviteLine({ subjects }: { subjects: readonly Subject[] }) {
  const client = useQueryClient()
  const { data: page } = useQuery(inventory({ limit: 200, sort: 'name' }))
  const models = page?.rows.map(({ model }) => model.name) ?? []
  const { data: known = [] } = useQuery(roles)
  const [draft, setDraft] = useState(nothing)
  const set = (field: keyof typeof nothing) => (event: { currentTarget: { value: string } }) =>
    setDraft({ ...draft, [field]: event.currentTarget.value })
  const isAuditor = draft.role === 'auditor'
  const invite = useMutation({
    mutationFn: () =>
      inviteBy(
        draft,
        subjects.find(({ id }) => id === draft.of),
      ),
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
            min={today()}
            size="xs"
            required
            withAsterisk={false}
            value={draft.until}
            onChange={set('until')}
          />
        ) : subjects.length === 0 ? null : (
          <>
            <NativeSelect
              label="Duty"
              size="xs"
              value={draft.duty}
              onChange={set('duty')}
              data={[
                { value: '', label: 'none' },
                ...Duty.options.map((duty) => ({ value: duty, label: dutyNames[duty] })),
              ]}
            />
            {draft.duty !== '' && (
              <NativeSelect
                label="Of"
                size="xs"
                required
                withAsterisk={false}
                value={draft.of}
                onChange={set('of')}
                data={[{ value: '', label: 'Choose' }, ...subjects.map(({ id, name }) => ({ value: id, label: name }))]}
              />
            )}
          </>
        )}
        <Button type="submit" kind="go" busy={invite.isPending}>
          Invite
        </Button>
      </form>
      {invite.error && <ErrorState error={invite.error} />}
      {invite.data && (
        <p role="status" style={{ marginTop: 10 }}>
          {invite.data.isNew ? (
            <>
              {invite.data.person.login} was added. They sign in through your identity provider, or with the password
              that <span className="fact">modelkeep reset-password {invite.data.person.login}</span> prints.
            </>
          ) : (
            <>{invite.data.person.name} had an account already, and was let in here with it.</>
          )}
        </p>
      )}
    </Card>
  )
}

type Invited = { person: Account; isNew: boolean }

async function inviteBy(
  { login, role, model, duty, until }: typeof nothing,
  of: Subject | undefined,
): Promise<Invited> {
  const scope = model || null
  const isAuditor = role === 'auditor'
  const grants = isAuditor ? [] : [{ role: RoleName.parse(role), model: scope }]
  const known = await lookUp(login)
  const person = known ?? (await createPerson({ login, name: login, kind: 'person', grants }))
  if (known) for (const grant of grants) await addGrant(known.id, grant)
  if (isAuditor) {
    const models = scope === null ? null : [scope]
    await openSeat({ person: person.id, models, reason: 'Invited as an auditor.', ends_at: endOfDay(until) })
  } else if (duty !== '' && of) {
    await propose({ ...about(of), duty: Duty.parse(duty), person: person.id, reason: 'Invited.' })
  }
  return { person, isNew: known === null }
}
