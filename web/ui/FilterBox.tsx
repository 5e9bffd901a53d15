import { TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError } from '../api/problem.ts'
import { Button } from './Button.tsx'
import styles from './FilterBox.module.css'

type Props = {
  label: string
  placeholder: string
  filter: string
  error: unknown
  onFilter: (filter: string) => void
  children?: ReactNode
}

/** A filter in MLflow's grammar. What the server cannot read is shown at its place; the text stays. */
export function FilterBox({ label, placeholder, filter, error, onFilter, children }: Props) {
  const [text, setText] = useState(filter)
  const refused = error instanceof ApiError && error.status === 400 ? error.problem : undefined
  const said = refused && (refused.detail || refused.title)
  function submit(event: FormEvent) {
    event.preventDefault()
    onFilter(text.trim())
  }
  return (
    <search className={styles.box}>
      <form onSubmit={submit} className="row">
        <TextInput
          aria-label={label}
          placeholder={placeholder}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={said !== undefined}
          size="sm"
          style={{ flex: '1 1 240px' }}
          styles={{ input: { fontFamily: 'var(--fact)', fontSize: 12 } }}
        />
        <Button type="submit">Filter</Button>
        {filter && (
          <Button
            kind="bare"
            onClick={() => {
              setText('')
              onFilter('')
            }}
          >
            Clear
          </Button>
        )}
        {children}
      </form>
      {said && (
        <div role="alert" className={styles.refused}>
          <Place text={filter} at={placeOf(said, filter)} />
          <p>{said}</p>
        </div>
      )}
    </search>
  )
}

function Place({ text, at }: { text: string; at: [number, number] | undefined }) {
  if (!at) return null
  return (
    <p className="fact">
      {text.slice(0, at[0])}
      <mark className={styles.mark}>{text.slice(...at)}</mark>
      {text.slice(at[1])}
    </p>
  )
}

/** The longest piece of the filter that the message quotes, unless it is all of it. */
export function placeOf(message: string, filter: string): [number, number] | undefined {
  if (/ends in the middle/.test(message) && filter !== '') return [filter.length - 1, filter.length]
  const quoted = [...message.matchAll(/(['"`])(.+?)\1|(?:Got value|[Ff]ound) ([^\s.]+)/g)].map(([, , piece, bare]) =>
    (piece ?? bare ?? '').trim(),
  )
  const hits = quoted
    .filter((piece) => piece !== '' && piece !== filter.trim() && filter.includes(piece))
    .toSorted((a, b) => b.length - a.length)
  const [piece] = hits
  if (piece === undefined) return undefined
  const from = filter.indexOf(piece)
  return [from, from + piece.length]
}
