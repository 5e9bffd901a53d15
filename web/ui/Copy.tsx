import { useEffect, useState } from 'react'
import styles from './Copy.module.css'
import { copyText } from './copy.ts'

type State = 'ready' | 'copied' | 'failed'
const words: Record<State, string> = { ready: 'Copy', copied: 'Copied', failed: 'Press Ctrl C' }

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<State>('ready')
  useEffect(() => {
    if (state === 'ready') return
    const timer = setTimeout(() => setState('ready'), 1600)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={state === 'ready' ? `Copy ${what}` : `${words[state]} ${what}`}
      onClick={async () => setState((await copyText(text)) ? 'copied' : 'failed')}
    >
      <span aria-live="polite">{words[state]}</span>
    </button>
  )
}

/** A digest in short form; the whole value on hover, on focus and in the clipboard. */
export function Digest({ value, whole = false }: { value: string; whole?: boolean }) {
  const hex = value.replace(/^sha256:/, '')
  const text = whole || hex.length <= 16 ? hex : `${hex.slice(0, 6)}…${hex.slice(-6)}`
  return (
    <span className={styles.digest}>
      <span className="fact" title={value} style={whole ? { overflowWrap: 'anywhere' } : undefined}>
        {text}
      </span>
      <CopyButton text={value} what="digest" />
    </span>
  )
}

/** A command to paste into a terminal. */
export function Command({ text }: { text: string }) {
  return (
    <div className={styles.command}>
      <code className={`fact ${styles.line}`}>{text}</code>
      <CopyButton text={text} what="command" />
    </div>
  )
}
