import { Textarea } from '@mantine/core'
import { type RefObject, useRef, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { usePeople } from '../access/people.tsx'
import styles from './Thread.module.css'

type Props = {
  label: string
  text: string
  setText: (text: string) => void
  /** Ctrl or ⌘ with Enter. */
  send: () => void
  field?: RefObject<HTMLTextAreaElement | null>
}

/** Markdown with @login; people whose login or name goes on like that are offered as buttons. */
export function MentionArea({ label, text, setText, send, field }: Props) {
  const own = useRef<HTMLTextAreaElement>(null)
  const area = field ?? own
  const people = usePeople()
  const [caret, setCaret] = useState(0)
  const begun = /(?:^|[^\w@.+-])@([\w.+-]*)$/.exec(text.slice(0, caret))?.[1]?.toLowerCase()
  const offered =
    begun === undefined
      ? []
      : [...people.values()]
          .filter(({ kind, disabled_at }) => kind === 'person' && disabled_at === null)
          .filter(({ login, name }) => login.startsWith(begun) || name.toLowerCase().startsWith(begun))
          .slice(0, 6)
  function take(login: string) {
    const from = caret - (begun?.length ?? 0)
    const next = `${text.slice(0, from)}${login} ${text.slice(caret)}`
    setText(next)
    const place = from + login.length + 1
    setCaret(place)
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(place, place)
    })
  }
  return (
    <div>
      <Textarea
        ref={area}
        label={label}
        autosize
        minRows={2}
        maxRows={14}
        value={text}
        placeholder="Markdown. @login tells somebody."
        onChange={(event) => {
          setText(event.currentTarget.value)
          setCaret(event.currentTarget.selectionStart)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
          // Out of the field, so that single keys work again; the page stays.
          if (event.key === 'Escape') {
            event.stopPropagation()
            event.currentTarget.blur()
          }
        }}
        styles={{ input: { fontFamily: 'var(--human)', fontSize: 15 } }}
      />
      {offered.length > 0 && (
        <fieldset className={styles.suggest} aria-label="People to name">
          {offered.map(({ id, login, name }) => (
            <Button key={id} kind="bare" onClick={() => take(login)}>
              {name} <span className="fact quiet">@{login}</span>
            </Button>
          ))}
        </fieldset>
      )}
    </div>
  )
}
