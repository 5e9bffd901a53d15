import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from './Button.tsx'
import { ErrorState } from './States.tsx'
import styles from './TagEditor.module.css'
import { Fact } from './Voice.tsx'

type Props = {
  tags: readonly { key: string; value: string }[]
  /** Left out: the tags are only shown. */
  edit?:
    | { set: (key: string, value: string) => Promise<unknown>; remove: (key: string) => Promise<unknown> }
    | undefined
}

/** Tags with their values; those of a client's own machinery are shown but not taken away here. */
export function TagEditor({ tags, edit }: Props) {
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => client.invalidateQueries(),
  })
  return (
    <div>
      {tags.length === 0 && <p className="quiet small">No tags.</p>}
      <ul className={styles.tags}>
        {tags.map(({ key, value }) => (
          <li key={key}>
            <span title={key}>{key}</span>
            <Fact title={value}>{value.length > 300 ? `${value.slice(0, 300)}…` : value}</Fact>
            {edit && !key.startsWith('mlflow.') && (
              <Button
                kind="bare"
                aria-label={`Remove the tag ${key}`}
                disabled={change.isPending}
                onClick={() => change.mutate(() => edit.remove(key))}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      {change.error && <ErrorState error={change.error} />}
      {edit &&
        (adding ? (
          <TagForm
            busy={change.isPending}
            close={() => setAdding(false)}
            save={(key, value) => change.mutate(() => edit.set(key, value), { onSuccess: () => setAdding(false) })}
          />
        ) : (
          <Button kind="bare" style={{ marginLeft: -6 }} onClick={() => setAdding(true)}>
            Set a tag
          </Button>
        ))}
    </div>
  )
}

function TagForm(props: { busy: boolean; close: () => void; save: (key: string, value: string) => void }) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    if (key.trim()) props.save(key.trim(), value)
  }
  return (
    <form onSubmit={submit} className="stack" style={{ marginTop: 8 }}>
      <TextInput
        label="Key"
        size="sm"
        required
        withAsterisk={false}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        autoFocus
      />
      <TextInput label="Value" size="sm" value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      <div className="row">
        <Button type="submit" busy={props.busy}>
          Set
        </Button>
        <Button kind="bare" onClick={props.close}>
          Not now
        </Button>
      </div>
    </form>
  )
}
