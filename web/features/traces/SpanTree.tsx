import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { SpanOutline } from '../../../src/modules/traces/schema.ts'
import { durationText } from '../../ui/duration.ts'
import { useKeys } from '../../ui/keys.ts'
import { niceTicks } from '../../ui/scale.ts'
import { type Line, linesOf, rangeOf } from './fold.ts'
import styles from './SpanTree.module.css'

type Props = { spans: readonly SpanOutline[]; selected: string; onSelect: (id: string) => void }

const rowHeight = 28
const spare = 12

/** The tree of spans on one time axis. Only the lines in sight are drawn, so that 20,000 spans scroll like 20. */
export function SpanTree({ spans, selected, onSelect }: Props) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [top, setTop] = useState(0)
  const { ref: sized, height } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => linesOf(spans, folded), [spans, folded])
  const range = useMemo(() => rangeOf(spans), [spans])
  const at = lines.findIndex(({ span }) => span.id === selected)
  const first = Math.max(0, Math.floor(top / rowHeight) - spare)
  const last = Math.min(lines.length, Math.ceil((top + (height || 600)) / rowHeight) + spare)

  useEffect(() => {
    const box = scroller.current
    if (!box || at < 0) return
    const [from, to] = [at * rowHeight, (at + 1) * rowHeight]
    if (from < box.scrollTop) box.scrollTop = from
    else if (to > box.scrollTop + box.clientHeight) box.scrollTop = to - box.clientHeight
  }, [at])

  function step(by: number) {
    const line = lines[Math.min(lines.length - 1, Math.max(0, at + by))]
    if (line) onSelect(line.span.id)
  }
  function fold(id: string, on: boolean) {
    const next = new Set(folded)
    if (on) next.add(id)
    else next.delete(id)
    setFolded(next)
  }
  /** Out of a folded or childless span, to the span around it. */
  function left() {
    const line = lines[at]
    if (!line) return
    if (line.children && !line.folded) fold(line.span.id, true)
    else if (line.span.parent_id && spans.some(({ id }) => id === line.span.parent_id)) onSelect(line.span.parent_id)
  }
  function right() {
    const line = lines[at]
    if (line?.folded) fold(line.span.id, false)
    else if (line?.children) step(1)
  }
  useKeys([
    { keys: 'j', label: 'Next span', run: () => step(1) },
    { keys: 'k', label: 'Previous span', run: () => step(-1) },
    { keys: 'arrowleft', label: 'Fold the span, or go to the one around it', run: left },
    { keys: 'arrowright', label: 'Unfold the span, or go into it', run: right },
  ])
  function onKeyDown(event: KeyboardEvent) {
    const moves: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      ArrowLeft: left,
      ArrowRight: right,
      Home: () => step(-lines.length),
      End: () => step(lines.length),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }

  return (
    <div className={styles.tree}>
      <Axis range={range} />
      <div ref={scroller} className={styles.scroll} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        <div ref={sized} className={styles.measure} aria-hidden="true" />
        <div
          role="tree"
          aria-label="Spans"
          tabIndex={0}
          aria-activedescendant={at >= first && at < last ? `span-${selected}` : undefined}
          className={styles.lines}
          style={{ height: lines.length * rowHeight }}
          onKeyDown={onKeyDown}
        >
          {lines.slice(first, last).map((line, index) => (
            <SpanLine
              key={line.span.id}
              line={line}
              place={first + index}
              of={lines.length}
              range={range}
              selected={line.span.id === selected}
              onSelect={() => onSelect(line.span.id)}
              onFold={() => fold(line.span.id, !line.folded)}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

type LineProps = {
  line: Line
  place: number
  of: number
  range: { from: number; to: number }
  selected: boolean
  onSelect: () => void
  onFold: () => void
}

function SpanLine({ line, place, of, range, selected, onSelect, onFold }: LineProps) {
  const { span, children, folded } = line
  const share = (ms: number) => ((ms - range.from) / (range.to - range.from)) * 100
  const width = span.duration === null ? 100 - share(span.start) : share(range.from + span.duration)
  const state = span.duration === null ? 'running' : span.status === 'ERROR' ? 'failed' : 'done'
  return (
    // The tree takes the keyboard for all of its lines.
    <div
      role="treeitem"
      id={`span-${span.id}`}
      tabIndex={-1}
      aria-level={span.depth + 1}
      aria-posinset={place + 1}
      aria-setsize={of}
      aria-selected={selected}
      aria-expanded={children ? !folded : undefined}
      className={selected ? styles.selected : styles.line}
      style={{ top: place * rowHeight, height: rowHeight }}
      onClick={onSelect}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSelect()
      }}
    >
      <span className={styles.name} style={{ paddingLeft: 8 + Math.min(span.depth, 24) * 14 }}>
        {children ? (
          <button
            type="button"
            tabIndex={-1}
            className={styles.fold}
            aria-hidden="true"
            onClick={(event) => {
              event.stopPropagation()
              onFold()
            }}
          >
            {folded ? '+' : '−'}
          </button>
        ) : (
          <i className={styles.leaf} />
        )}
        {state === 'failed' && <i className={styles.failedMark} />}
        {state !== 'done' && <span className={styles.hidden}>{state} </span>}
        <span className={styles.label} title={span.name}>
          {span.name}
        </span>
        {span.type && span.type !== 'UNKNOWN' && <span className={styles.type}>{span.type.toLowerCase()}</span>}
      </span>
      <span className={styles.track}>
        <i className={styles[state]} style={{ left: `${share(span.start)}%`, width: `max(2px, ${width}%)` }} />
      </span>
      <span className={styles.time}>{durationText(span.duration)}</span>
    </div>
  )
}

function Axis({ range }: { range: { from: number; to: number } }) {
  const { ticks } = niceTicks([range.from, range.to], 4)
  const inside = ticks.filter((tick) => tick >= range.from && tick <= range.to)
  return (
    <div className={styles.axis} aria-hidden="true">
      <span />
      <span className={styles.ticks}>
        {inside.map((tick) => (
          <span key={tick} style={{ left: `${((tick - range.from) / (range.to - range.from)) * 100}%` }}>
            {tick === 0 ? '0' : durationText(tick)}
          </span>
        ))}
      </span>
      <span />
    </div>
  )
}
