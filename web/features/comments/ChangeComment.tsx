import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Comment } from '../../../src/modules/comments/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { MentionArea } from './MentionArea.tsx'
import { changeComment, retractComment } from './queries.ts'

/** Says it differently, or takes it back. Either way, what was said can still be read. */
export function ChangeComment({ comment, done }: { comment: Comment; done: () => void }) {
  const client = useQueryClient()
  const [text, setText] = useState(comment.text)
  const onSuccess = async () => {
    done()
    await client.invalidateQueries({ queryKey: ['comments'] })
  }
  const change = useMutation({ mutationFn: () => changeComment(comment.id, text), onSuccess })
  const retract = useMutation({ mutationFn: () => retractComment(comment.id), onSuccess })
  const isSame = text.trim() === '' || text.trim() === comment.text
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!isSame) change.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <MentionArea label="Say it differently" text={text} setText={setText} send={() => !isSame && change.mutate()} />
      {(change.error ?? retract.error) && <ErrorState error={change.error ?? retract.error} />}
      <p className="small quiet" style={{ margin: 0 }}>
        Everybody can still read what it said before.
      </p>
      <div className="row">
        <Button type="submit" disabled={isSame} busy={change.isPending}>
          Change
        </Button>
        <Button kind="refuse" busy={retract.isPending} onClick={() => retract.mutate()}>
          Take it back
        </Button>
        <Button kind="bare" onClick={done}>
          Not now
        </Button>
      </div>
    </form>
  )
}
