import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import styles from './Plot.module.css'
import { niceTicks } from './scale.ts'
import { Twin, type TwinColumn } from './Twin.tsx'
import { figureText } from './Voice.tsx'

export type IntervalRow = {
  label: string
  n: number | null
  value: number | null
  low: number | null
  high: number | null
  /** Too few people to conclude from: drawn hollow and grey. */
  small: boolean
  /** Why there is no number. */
  reason?: string | undefined
}

type Props = {
  title: string
  rows: readonly IntervalRow[]
  limit?: { value: number; label: string } | undefined
  /** A value to read the rows against, which is no limit. */
  guide?: { value: number; label: string }
  /** How wide the intervals are, in words: "95 %". */
  confidence?: string
}

const rowHeight = 30

/** One point with its interval per group, in ink, with the limit drawn and a table beside it. */
export function IntervalPlot({ title, rows, limit, guide, confidence = '95 %' }: Props) {
  const { ref, width: measured } = useElementSize()
  const id = useId()
  const width = Math.max(260, measured || 640)
  const longest = Math.max(0, ...rows.map(({ label }) => label.length))
  const labelWidth = Math.min(Math.max(96, longest * 6.6), Math.max(96, width * 0.32))
  const left = labelWidth + 46
  const right = width - 14
  const height = rows.length * rowHeight + 44
  const known = rows.flatMap((row) => [row.low ?? row.value, row.high ?? row.value].filter((v) => v !== null))
  const { ticks, low, high } = niceTicks(
    [...known, ...[limit, guide].flatMap((line) => (line ? [line.value] : []))],
    width < 460 ? 4 : 6,
  )
  const x = (value: number) => left + ((value - low) / (high - low)) * (right - left)
  const bottom = height - 26
  const limitLeft = limit !== undefined && x(limit.value) + limit.label.length * 6 > width
  return (
    <figure className={styles.figure} ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-labelledby={id}
        className={styles.svg}
      >
        <title id={id}>{`${title}, with ${confidence} intervals`}</title>
        {ticks.map((tick) => (
          <g key={tick}>
            <path d={`M${x(tick)} 18V${bottom}`} className={styles.grid} />
            <text x={x(tick)} y={height - 8} className={styles.tick} textAnchor="middle">
              {figureText(tick, ticks.some((t) => Math.abs(t * 10 - Math.round(t * 10)) > 1e-6) ? 2 : 1)}
            </text>
          </g>
        ))}
        {guide && (
          <>
            <path d={`M${x(guide.value)} 6V${bottom}`} className={styles.mark} />
            <text x={x(guide.value) + 5} y={13} className={styles.tick}>
              {guide.label}
            </text>
          </>
        )}
        {limit && (
          <>
            <path d={`M${x(limit.value)} 6V${bottom}`} className={styles.limit} />
            <text
              x={x(limit.value) + (limitLeft ? -5 : 5)}
              y={13}
              textAnchor={limitLeft ? 'end' : 'start'}
              className={styles.limitText}
            >
              {limit.label}
            </text>
          </>
        )}
        {rows.map((row, index) => (
          <PlotRow key={row.label} row={row} y={34 + index * rowHeight} x={x} labelWidth={labelWidth} />
        ))}
      </svg>
      <Twin title={title} columns={twinColumns(confidence)} rows={rows} />
    </figure>
  )
}

function PlotRow(props: { row: IntervalRow; y: number; x: (value: number) => number; labelWidth: number }) {
  const { row, y, x, labelWidth } = props
  const most = Math.floor(labelWidth / 6.4)
  const label = row.label.length > most ? `${row.label.slice(0, most - 1)}…` : row.label
  return (
    <g className={row.small ? styles.small : styles.group}>
      <text x={0} y={y + 4} className={styles.label}>
        {label}
      </text>
      <text x={labelWidth + 32} y={y + 4} textAnchor="end" className={styles.count}>
        {row.n === null ? '' : row.n.toLocaleString('en')}
      </text>
      {row.value === null ? (
        <text x={labelWidth + 50} y={y + 4} className={styles.count}>
          {row.reason ?? 'no figure'}
        </text>
      ) : (
        <>
          {row.low !== null && row.high !== null && (
            <path d={`M${x(row.low)} ${y}H${x(row.high)}`} className={styles.bar} />
          )}
          <circle cx={x(row.value)} cy={y} r={row.small ? 4 : 4.5} className={styles.dot} />
        </>
      )}
    </g>
  )
}

function twinColumns(confidence: string): TwinColumn<IntervalRow>[] {
  return [
    { key: 'group', header: 'Group', value: (row) => row.label },
    { key: 'n', header: 'Rows', value: (row) => row.n },
    { key: 'value', header: 'Estimate', value: (row) => row.value },
    { key: 'low', header: `Low (${confidence})`, value: (row) => row.low },
    { key: 'high', header: `High (${confidence})`, value: (row) => row.high },
    { key: 'note', header: 'Note', value: (row) => noteOf(row) },
  ]
}

function noteOf(row: IntervalRow): string {
  if (row.value === null) return row.reason ?? ''
  return row.small ? 'small group' : ''
}
