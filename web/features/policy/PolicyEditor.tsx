import { type KeyboardEvent, useRef } from 'react'
import { ScrollRegion } from '../../ui/ScrollRegion.tsx'
import styles from './Studio.module.css'

export type TextProblem = { path: string; message: string; line: number; column: number }
type Props = {
  label: string
  text: string
  change: (text: string) => void
  problems: readonly TextProblem[]
  save: () => void
}

/** A text with the numbers of its lines; mistakes stand below it and lead to their lines. */
export function PolicyEditor({ label, text, change, problems, save }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = text.split('\n').length
  const wrong = new Set(problems.map(({ line }) => line))

  function keys(event: KeyboardEvent) {
    if (event.key !== 's' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    save()
  }
  function go({ line, column }: TextProblem) {
    const before = text.split('\n').slice(0, line - 1)
    const place = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1
    area.current?.focus()
    area.current?.setSelectionRange(place, place)
  }
  return (
    <>
      <ScrollRegion label={`${label}, scrolling`}>
        <div className={styles.editor}>
          <ol className={styles.gutter} aria-hidden="true">
            {Array.from({ length: lines }, (_, i) => i + 1).map((line) => (
              <li key={line} className={wrong.has(line) ? styles.wrong : undefined}>
                {wrong.has(line) ? `◆ ${line}` : line}
              </li>
            ))}
          </ol>
          <textarea
            ref={area}
            className={styles.text}
            aria-label={label}
            aria-invalid={problems.length > 0}
            spellCheck={false}
            rows={lines}
            value={text}
            onChange={(event) => change(event.currentTarget.value)}
            onKeyDown={keys}
          />
        </div>
      </ScrollRegion>
      <ul className={styles.problems} aria-live="polite" aria-label={`Mistakes in the ${label.toLowerCase()}`}>
        {problems.map((problem) => (
          <li key={`${problem.line}:${problem.column}:${problem.message}`}>
            <button type="button" onClick={() => go(problem)}>
              Line {problem.line}: {problem.path && `${problem.path}: `}
              {problem.message}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
