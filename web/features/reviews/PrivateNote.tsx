import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { NoteKey, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { putNote, reviewSheet } from './queries.ts'

const pause = 700

type Props = { sheet: ReviewSheet; about: NoteKey; field?: RefObject<HTMLTextAreaElement | null> }

/** Saved by itself on the server, for whoever writes it and nobody else. */
export function PrivateNote({ sheet, about, field }: Props) {
  const { id } = sheet.review
  const client = useQueryClient()
  const saved = sheet.notes.find((note) => note.about === about)?.text ?? ''
  const [text, setText] = useState(saved)
  const latest = useRef({ text: saved, stored: saved })
  latest.current.text = text
  const save = useMutation({
    mutationFn: (next: string) => putNote(id, { about, text: next }),
    onSuccess: ({ notes }, next) => {
      latest.current.stored = next
      client.setQueryData(reviewSheet(id).queryKey, (old) => (old ? { ...old, notes } : old))
    },
  })
  const { mutate } = save
  useEffect(() => {
    if (text === latest.current.stored) return
    const timer = setTimeout(() => mutate(text), pause)
    return () => clearTimeout(timer)
  }, [text, mutate])
  // Going on to the next requirement loses nothing.
  useEffect(
    () => () => {
      const { text: last, stored } = latest.current
      if (last !== stored) mutate(last)
    },
    [mutate],
  )
  const state = save.isPending || text !== latest.current.stored ? 'Saving …' : text === '' ? '' : 'Saved'
  return (
    <Card title="Your private note" actions={<span className="quiet small">{state}</span>}>
      <Textarea
        {...(field === undefined ? {} : { ref: field })}
        aria-label="Your private note"
        description="Only you see it, until you say it together with the decision."
        autosize
        minRows={2}
        maxRows={14}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          event.currentTarget.blur()
        }}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {save.error && <ErrorState error={save.error} what="It is not saved" />}
    </Card>
  )
}
