import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type RefObject, useState } from 'react'
import type { CommentInput, CommentSubject } from '../../../src/modules/comments/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useDraft } from '../../ui/draft.ts'
import { ErrorState } from '../../ui/States.tsx'
import { MentionArea } from './MentionArea.tsx'
import { type CommentedVersion, say, subjectKey } from './queries.ts'

type Props = {
  version: CommentedVersion
  about: CommentSubject
  label: string
  answers?: CommentInput['answers']
  done?: () => void
  field?: RefObject<HTMLTextAreaElement | null>
}

/** What is being written is kept until it is said. */
export function CommentBox({ version, about, label, answers, done, field }: Props) {
  const client = useQueryClient()
  const [text, setText, forget] = useDraft(`comment/${answers ?? subjectKey(about)}`)
  const [untold, setUntold] = useState<readonly string[]>([])
  const saying = useMutation({
    mutationFn: () => say(version, { about, text, ...(answers === undefined ? {} : { answers }) }),
    onSuccess: async (said) => {
      forget()
      setUntold(said.untold)
      if (said.untold.length === 0) done?.()
      await client.invalidateQueries({ queryKey: ['comments'] })
    },
  })
  const send = () => {
    if (text.trim() !== '' && !saying.isPending) saying.mutate()
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    send()
  }
  return (
    <form onSubmit={submit} className="stack">
      <MentionArea
        label={label}
        text={text}
        setText={setText}
        send={send}
        {...(field === undefined ? {} : { field })}
      />
      {saying.error && <ErrorState error={saying.error} what="It was not said" />}
      <div aria-live="polite" className="small quiet">
        {untold.length > 0 && `Said. Nobody who may read it is called ${untold.join(', ')}.`}
      </div>
      <div className="row">
        <Button type="submit" busy={saying.isPending} disabled={text.trim() === ''} hint="Ctrl ↵">
          {answers === undefined ? 'Comment' : 'Answer'}
        </Button>
        {done && (
          <Button kind="bare" onClick={done}>
            Not now
          </Button>
        )}
      </div>
    </form>
  )
}
