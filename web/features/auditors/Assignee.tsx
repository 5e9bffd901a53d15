import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { AuditorRequest } from '../../../src/modules/auditor-requests/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { AnswererChoice } from './AnswererChoice.tsx'
import { assignRequest } from './request-queries.ts'

/** A host names who answers. */
export function Assignee({ request: { id, assignee } }: { request: AuditorRequest }) {
  const client = useQueryClient()
  const [person, setPerson] = useState<string>(assignee ?? '')
  const assign = useMutation({
    mutationFn: () => assignRequest(id, person === '' ? null : person),
    onSuccess: () => client.invalidateQueries({ queryKey: ['auditors'] }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    assign.mutate()
  }
  return (
    <Card title="Who answers">
      <form onSubmit={submit} className="stack">
        <AnswererChoice label="Person" value={person} onChange={setPerson} />
        {assign.error && <ErrorState error={assign.error} />}
        <div>
          <Button type="submit" busy={assign.isPending} disabled={person === (assignee ?? '')}>
            Hand it over
          </Button>
        </div>
      </form>
    </Card>
  )
}
