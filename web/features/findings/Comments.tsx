import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import type { FindingComment } from '../../../src/modules/findings/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useDraft } from '../../ui/draft.ts'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { sayAbout } from './queries.ts'

/** What people said about a finding, oldest first; what is being written is kept until it is said. */
export function Comments(props: { id: string; comments: readonly FindingComment[]; mayWrite: boolean }) {
  const { id, comments, mayWrite } = props
  const client = useQueryClient()
  const [text, setText, forget] = useDraft(`finding-comment/${id}`)
  const say = useMutation({
    mutationFn: () => sayAbout(id, text),
    onSuccess: async () => {
      forget()
      await client.invalidateQueries({ queryKey: ['findings'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    say.mutate()
  }
  if (!mayWrite && comments.length === 0) return null
  return (
    <Card title="Comments">
      <div className="stack">
        {comments.map((each) => (
          <Quote
            key={each.id}
            by={
              <>
                <PersonName id={each.said_by} />, <Moment at={each.said_at} />
              </>
            }
          >
            {each.text}
          </Quote>
        ))}
        {mayWrite && (
          <form onSubmit={submit} className="stack">
            <Textarea
              label="Comment"
              autosize
              minRows={2}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
            />
            {say.error && <ErrorState error={say.error} />}
            <div className="row">
              <Button type="submit" busy={say.isPending} disabled={text.trim() === ''}>
                Say it
              </Button>
            </div>
          </form>
        )}
      </div>
    </Card>
  )
}
