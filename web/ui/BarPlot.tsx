import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import styles from './Plot.module.css'
import { niceTicks } from './scale.ts'
import { Twin, type TwinColumn } from './Twin.tsx'
import { figureText } from './Voice.tsx'

export type BarRow = {
  label: string
  value: number
  /** Half of the whisker at each side of the end of the bar. */
  spread: number
  /** Single measurements behind the value, drawn as dots. */
  points?: readonly number[]
}

type Props<Row extends BarRow> = {
  title: string
  rows: readonly Row[]
  /** What the whisker means, such as "standard deviation over 5 repeats"; without it none is drawn. */
  spread?: string
  /** Bars to both sides of zero have their own inks. */
  signed?: boolean
  unit: string
  /** Of the table; the name, the value and the spread, if left out. */
  columns?: readonly TwinColumn<Row>[]
}

const rowHeight = 26

/** A bar per row from zero on, with its spread, and a table of exactly what is drawn. */
export function BarPlot<Row extends BarRow>({ title, rows, spread, signed = false, unit, columns }: Props<Row>) {
  const { ref, width: measured } = useElementSize()
  const id = useId()
  const width = Math.max(260, measured || 640)
  const labelWidth = Math.min(190, Math.max(84, width * 0.28))
  const [left, right] = [labelWidth + 12, width - 58]
  const height = rows.length * rowHeight + 34
  const reach = rows.flatMap(({ value, spread: own, points = [] }) => [value - own, value + own, ...points])
  const { ticks, low, high } = niceTicks([0, ...reach], width < 460 ? 4 : 6)
  const x = (value: number) => left + ((value - low) / (high - low)) * (right - left)
  const bottom = height - 24
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
        <title id={id}>{spread ? `${title}, with ${spread}` : title}</title>
        {ticks.map((tick) => (
          <g key={tick}>
            <path d={`M${x(tick)} 4V${bottom}`} className={tick === 0 ? styles.axis : styles.grid} />
            <text x={x(tick)} y={height - 7} className={styles.tick} textAnchor="middle">
              {figureText(tick, digitsOf(ticks))}
            </text>
          </g>
        ))}
        {rows.map((row, index) => (
          <Bar
            key={row.label}
            row={row}
            y={18 + index * rowHeight}
            x={x}
            labelWidth={labelWidth}
            end={width}
            drawn={{ signed, whisker: spread !== undefined }}
          />
        ))}
      </svg>
      <Twin title={title} columns={columns ?? columnsOf<Row>(unit, spread)} rows={rows} />
    </figure>
  )
}

type BarProps = {
  row: BarRow
  y: number
  x: (value: number) => number
  labelWidth: number
  end: number
  drawn: { signed: boolean; whisker: boolean }
}

function Bar({ row, y, x, labelWidth, end, drawn }: BarProps) {
  const { label, value, spread, points = [] } = row
  const most = Math.floor(labelWidth / 6.6)
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))]
  const ink = drawn.signed ? (value < 0 ? styles.against : styles.towards) : styles.plainBar
  return (
    <g>
      <text x={0} y={y + 4} className={styles.label}>
        {label.length > most ? `${label.slice(0, most - 1)}…` : label}
      </text>
      <rect x={from} y={y - 7} width={Math.max(1, to - from)} height={14} rx={2} className={ink} />
      {points.length > 0 && (
        <path d={points.map((point) => `M${x(point)} ${y}h0`).join('')} className={styles.repeat} />
      )}
      {drawn.whisker && spread > 0 && (
        <path
          d={`M${x(value - spread)} ${y}H${x(value + spread)}M${x(value - spread)} ${y - 4}v8M${x(value + spread)} ${y - 4}v8`}
          className={styles.whisker}
        />
      )}
      <text x={end} y={y + 4} textAnchor="end" className={styles.count}>
        {drawn.signed && value > 0 ? '+' : ''}
        {figureText(value)}
      </text>
    </g>
  )
}

const digitsOf = (ticks: readonly number[]) =>
  Math.max(0, Math.min(5, -Math.floor(Math.log10(Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))) + 1e-9)))

function columnsOf<Row extends BarRow>(unit: string, spread: string | undefined): TwinColumn<Row>[] {
  return [
    { key: 'name', header: 'Name', value: (row) => row.label },
    { key: 'value', header: unit, value: (row) => row.value },
    ...(spread === undefined ? [] : [{ key: 'spread', header: upper(spread), value: (row: Row) => row.spread }]),
  ]
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
