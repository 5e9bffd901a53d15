import { Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Markdown } from '../../ui/Markdown.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { useMay } from '../access/people.tsx'

export const noteTag = 'mlflow.note.content'
type Tags = readonly { key: string; value: string }[]
type Props = { tags: Tags; save: (text: string) => Promise<unknown> }

/** What people wrote about an experiment or a run, in Markdown. */
export function Note({ tags, save }: Props) {
  const may = useMay()
  const text = tags.find(({ key }) => key === noteTag)?.value ?? ''
  const [editing, setEditing] = useState(false)
  if (!text && !editing) {
    return may('tracking.write') ? (
      <p style={{ marginLeft: -6 }}>
        <Button kind="bare" onClick={() => setEditing(true)}>
          Write a note
        </Button>
      </p>
    ) : null
  }
  return (
    <Card
      title="Note"
      actions={
        !editing &&
        may('tracking.write') && (
          <Button kind="bare" onClick={() => setEditing(true)}>
            Edit the note
          </Button>
        )
      }
    >
      {editing ? <Form text={text} save={save} close={() => setEditing(false)} /> : <Markdown text={text} />}
    </Card>
  )
}

function Form({ text, save, close }: { text: string; save: Props['save']; close: () => void }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState(text)
  const work = useMutation({
    mutationFn: () => save(draft),
    onSuccess: async () => {
      close()
      await client.invalidateQueries({ queryKey: ['tracking'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    work.mutate()
  }
  return (
    <form onSubmit={submit} className="stack">
      <Textarea
        label="Note"
        description="Markdown; MLflow's clients read it as mlflow.note.content."
        autosize
        minRows={4}
        maxRows={20}
        maxLength={5000}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
        autoFocus
      />
      {work.error && <ErrorState error={work.error} />}
      <div className="row">
        <Button type="submit" kind="go" busy={work.isPending}>
          Save
        </Button>
        <Button kind="bare" onClick={close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
