import { MultiSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { endOfDay, today } from '../duties/end-of-day.ts'
import { PersonChoice } from '../duties/PersonChoice.tsx'
import { inventory } from '../registry/queries.ts'
import { openSeat } from './queries.ts'

const nothing = { person: '', until: '', reason: '' }

/** Who, what, until when, and why. */
export function SeatForm() {
  const client = useQueryClient()
  const { data } = useQuery(inventory({ sort: 'name' }))
  const [draft, setDraft] = useState(nothing)
  const [models, setModels] = useState<string[]>([])
  const open = useMutation({
    mutationFn: () =>
      openSeat({
        person: PersonId.parse(draft.person),
        models: models.length > 0 ? models : null,
        reason: draft.reason,
        ends_at: endOfDay(draft.until),
      }),
    onSuccess: async () => {
      setDraft(nothing)
      setModels([])
      await client.invalidateQueries({ queryKey: ['auditors'] })
      await client.invalidateQueries({ queryKey: ['access'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    open.mutate()
  }
  return (
    <aside aria-label="Open a seat">
      <Card title="Open a seat">
        <form onSubmit={submit} className="stack">
          <PersonChoice label="Auditor" value={draft.person} onChange={(person) => setDraft({ ...draft, person })} />
          <MultiSelect
            label="Models"
            description="Nothing chosen means the whole workspace."
            size="xs"
            searchable
            data={data?.rows.map(({ model }) => model.name) ?? []}
            value={models}
            onChange={setModels}
            comboboxProps={{ transitionProps: { duration: 0 } }}
          />
          <TextInput
            label="Until, that day included"
            type="date"
            min={today()}
            size="xs"
            required
            withAsterisk={false}
            value={draft.until}
            onChange={(event) => setDraft({ ...draft, until: event.currentTarget.value })}
          />
          <Textarea
            label="What is audited"
            size="xs"
            autosize
            minRows={2}
            required
            withAsterisk={false}
            value={draft.reason}
            onChange={(event) => setDraft({ ...draft, reason: event.currentTarget.value })}
            styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
          />
          {open.error && <ErrorState error={open.error} />}
          <div>
            <Button type="submit" kind="go" disabled={draft.person === ''} busy={open.isPending}>
              Open the seat
            </Button>
          </div>
        </form>
      </Card>
    </aside>
  )
}
