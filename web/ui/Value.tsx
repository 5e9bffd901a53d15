import { useState } from 'react'
import { Button } from './Button.tsx'
import { CopyButton } from './Copy.tsx'
import { ScrollRegion } from './ScrollRegion.tsx'
import styles from './Value.module.css'

type Props = { label: string; value: unknown; level?: 3 | 4 }

const shortest = 1200

/** What a program said, as text or as indented JSON: to copy, and folded when long. Never anything but text. */
export function Value({ label, value, level = 3 }: Props) {
  const [whole, setWhole] = useState(false)
  const text = textOf(value)
  const long = text.length > shortest
  const Heading = level === 3 ? 'h3' : 'h4'
  return (
    <section className={styles.value}>
      <div className={styles.head}>
        <Heading>{label}</Heading>
        <CopyButton text={text} what={label} />
      </div>
      <ScrollRegion label={label} className={styles.text}>
        <pre>{long && !whole ? `${text.slice(0, shortest)}…` : text}</pre>
      </ScrollRegion>
      {long && (
        <Button kind="bare" onClick={() => setWhole(!whole)} aria-expanded={whole}>
          {whole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
        </Button>
      )}
    </section>
  )
}

export function textOf(value: unknown): string {
  const parsed = typeof value === 'string' ? parsedJson(value) : value
  if (typeof parsed === 'string') return parsed
  if (parsed === undefined) return typeof value === 'string' ? value : ''
  return JSON.stringify(parsed, null, 2)
}

/** The value of a text that is JSON; undefined for any other text. */
export function parsedJson(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
