import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PersonId } from '../../../src/modules/access/schema.ts'
import type { Assignment } from '../../../src/modules/duties/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { endOfDay, today } from './end-of-day.ts'
import { PersonChoice } from './PersonChoice.tsx'
import { appointDeputy } from './queries.ts'

/** A deputy has an end from the beginning. */
export function DeputyForm({ assignment }: { assignment: Assignment }) {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [person, setPerson] = useState('')
  const [until, setUntil] = useState('')
  const appoint = useMutation({
    mutationFn: () =>
      appointDeputy(assignment.id, { person: PersonId.parse(person), ends_at: endOfDay(until), reason: '' }),
    onSuccess: async () => {
      setOpen(false)
      await client.invalidateQueries({ queryKey: ['duties'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    appoint.mutate()
  }
  if (!open) {
    return (
      <Button kind="bare" onClick={() => setOpen(true)}>
        Appoint a deputy
      </Button>
    )
  }
  return (
    <form onSubmit={submit} className="stack">
      <PersonChoice label="Deputy" value={person} onChange={setPerson} except={assignment.person} />
      <TextInput
        label="Until, that day included"
        type="date"
        min={today()}
        size="xs"
        required
        withAsterisk={false}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {appoint.error && <ErrorState error={appoint.error} />}
      <div className="row">
        <Button type="submit" disabled={person === '' || until === ''} busy={appoint.isPending}>
          Appoint
        </Button>
        <Button kind="bare" onClick={() => setOpen(false)}>
          Not now
        </Button>
      </div>
    </form>
  )
}
