import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, useId, useState } from 'react'
import styles from './Plot.module.css'
import { niceTicks } from './scale.ts'
import { Twin, type TwinColumn } from './Twin.tsx'
import { figureText } from './Voice.tsx'

export type CurvePoint = { x: number; y: number | null; low?: number | undefined; high?: number | undefined }
export type Series = { name: string; points: readonly CurvePoint[] }

type Props = {
  title: string
  series: readonly Series[]
  xLabel: string
  yLabel: string
  height?: number
  /** A reference drawn behind the data, such as chance or perfect calibration. */
  guide?: readonly { x: number; y: number }[]
  dots?: boolean
  domain?: { x: [number, number]; y: [number, number] }
  /** A place on the x axis that matters, such as where decisions are made now. */
  mark?: { x: number; label: string } | undefined
  /** A table and a file of what is drawn, below. */
  twin?: boolean
}

const inks = ['var(--accent)', 'var(--met)', 'var(--attention)', 'var(--waiting)', 'var(--blocked)']

/** At most five series, named where they end; a missing value is a gap, not a flat line. */
export function LineChart({
  title,
  series,
  xLabel,
  yLabel,
  height = 220,
  guide,
  dots = false,
  domain,
  mark,
  twin,
}: Props) {
  const { ref, width: measured } = useElementSize()
  const id = useId()
  const [at, setAt] = useState<number>()
  const shown = series.slice(0, inks.length)
  const width = Math.max(240, measured || 480)
  const named = shown.length > 1
  const plot = { left: 44, right: width - (named ? 92 : 12), top: 12, bottom: height - 34 }
  const all = [...shown.flatMap((each) => each.points), ...(guide ?? [])]
  const ys = shown.flatMap((each) => each.points.flatMap(({ y, low, high }) => [y, low, high])).filter(isNumber)
  const heights = [...ys, ...(guide ?? []).map((point) => point.y)]
  const xAxis = axis(domain?.x ?? all.map((point) => point.x), width < 400 ? 4 : 6, domain !== undefined)
  const yAxis = axis(domain?.y ?? heights, 5, domain !== undefined)
  const x = (value: number) => plot.left + ((value - xAxis.low) / (xAxis.high - xAxis.low)) * (plot.right - plot.left)
  const y = (value: number) => plot.bottom - ((value - yAxis.low) / (yAxis.high - yAxis.low)) * (plot.bottom - plot.top)

  const ends = apart(
    shown.map((each) => {
      const last = each.points.findLast((point) => point.y !== null)
      return last === undefined || last.y === null ? undefined : { x: x(last.x) + 6, y: y(last.y) + 4 }
    }),
  )

  function read(event: PointerEvent<SVGSVGElement>) {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left
    const wanted = xAxis.low + ((offset - plot.left) / (plot.right - plot.left)) * (xAxis.high - xAxis.low)
    const xs = shown[0]?.points.map((point) => point.x) ?? []
    setAt(
      xs.reduce<number | undefined>(
        (best, each) => (best === undefined || Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best),
        undefined,
      ),
    )
  }

  return (
    <figure className={styles.figure} ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-labelledby={id}
        className={styles.svg}
        onPointerMove={read}
        onPointerLeave={() => setAt(undefined)}
      >
        <title id={id}>{title}</title>
        {yAxis.ticks.map((tick) => (
          <g key={tick}>
            <path d={`M${plot.left} ${y(tick)}H${plot.right}`} className={styles.grid} />
            <text x={plot.left - 6} y={y(tick) + 4} textAnchor="end" className={styles.tick}>
              {tickText(tick, yAxis.ticks)}
            </text>
          </g>
        ))}
        {xAxis.ticks.map((tick) => (
          <text key={tick} x={x(tick)} y={plot.bottom + 15} textAnchor="middle" className={styles.tick}>
            {tickText(tick, xAxis.ticks)}
          </text>
        ))}
        <path d={`M${plot.left} ${plot.bottom}H${plot.right}`} className={styles.axis} />
        <text x={plot.right} y={height - 4} textAnchor="end" className={styles.tick}>
          {xLabel}
        </text>
        {guide && <path d={pathOf(guide, x, y)} className={styles.guide} />}
        {mark && mark.x >= xAxis.low && mark.x <= xAxis.high && (
          <>
            <path d={`M${x(mark.x)} ${plot.top}V${plot.bottom}`} className={styles.mark} />
            <text
              x={x(mark.x) + (x(mark.x) > (plot.left + plot.right) / 2 ? -5 : 5)}
              y={plot.top + 9}
              textAnchor={x(mark.x) > (plot.left + plot.right) / 2 ? 'end' : 'start'}
              className={styles.tick}
            >
              {mark.label}
            </text>
          </>
        )}
        {at !== undefined && <path d={`M${x(at)} ${plot.top}V${plot.bottom}`} className={styles.cross} />}
        {shown.map((each, index) => {
          const end = ends[index]
          return (
            <g key={each.name}>
              <path d={bandOf(each.points, x, y)} className={styles.band} fill={inks[index]} />
              <path d={pathOf(each.points, x, y)} className={styles.line} stroke={inks[index]} />
              {dots &&
                each.points.map((point) =>
                  point.y === null ? null : (
                    <circle key={point.x} cx={x(point.x)} cy={y(point.y)} r={3} fill={inks[index]} />
                  ),
                )}
              {named && end && (
                <text x={end.x} y={end.y} fill={inks[index]} className={styles.name}>
                  {each.name.length > 13 ? `${each.name.slice(0, 12)}…` : each.name}
                </text>
              )}
            </g>
          )
        })}
      </svg>
      <figcaption className={styles.readout}>{readout(shown, at, xLabel, yLabel)}</figcaption>
      {twin && <Twin title={title} columns={twinColumns(series, xLabel, yLabel)} rows={twinRows(series)} />}
    </figure>
  )
}

/** Names that would stand on each other move apart, the lower ones upwards. */
function apart<Place extends { x: number; y: number }>(places: readonly (Place | undefined)[]): (Place | undefined)[] {
  const moved = [...places]
  let above = Number.POSITIVE_INFINITY
  const order = places.flatMap((place, index) => (place ? [{ place, index }] : []))
  for (const { place, index } of order.toSorted((a, b) => b.place.y - a.place.y)) {
    const y = Math.min(place.y, above - 13)
    moved[index] = { ...place, y }
    above = y
  }
  return moved
}

function axis(values: readonly number[], wanted: number, exact: boolean) {
  const nice = niceTicks(values, wanted)
  if (!exact) return nice
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return { ticks: nice.ticks.filter((tick) => tick >= low && tick <= high), low, high }
}

function tickText(tick: number, ticks: readonly number[]): string {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))
  return figureText(tick, Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))))
}

function pathOf(
  points: readonly { x: number; y: number | null }[],
  x: (v: number) => number,
  y: (v: number) => number,
) {
  let pen = 'M'
  let path = ''
  for (const point of points) {
    if (point.y === null) {
      pen = 'M'
      continue
    }
    path += `${pen}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`
    pen = 'L'
  }
  return path
}

function readout(series: readonly Series[], at: number | undefined, xLabel: string, yLabel: string): string {
  if (at === undefined) {
    const points = series.reduce((sum, each) => sum + each.points.length, 0)
    return `${yLabel} by ${xLabel}, ${points} points`
  }
  const values = series.flatMap((each) => {
    const point = each.points.find((candidate) => candidate.x === at)
    if (!point) return []
    return [`${series.length > 1 ? each.name : yLabel} ${figureText(point.y, 4)}`]
  })
  return `${xLabel} ${figureText(at, 2).replace(/\.00$/, '')}: ${values.join(', ')}`
}

/** The intervals of a series as one area; empty where it has none. */
function bandOf(points: Series['points'], x: (v: number) => number, y: (v: number) => number): string {
  const known = points.flatMap(({ x: at, low, high }) =>
    low === undefined || high === undefined ? [] : [{ at, low, high }],
  )
  if (known.length < 2) return ''
  const place = (at: number, value: number) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`
  const top = known.map(({ at, high }) => place(at, high))
  const bottom = known.toReversed().map(({ at, low }) => place(at, low))
  return `M${[...top, ...bottom].join('L')}Z`
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number'

type TwinRow = { x: number; points: ReadonlyMap<string, CurvePoint> }

/** One series keeps its points in their order; several are joined by x. */
function twinRows(series: readonly Series[]): TwinRow[] {
  const [only, ...others] = series
  if (only && others.length === 0)
    return only.points.map((point) => ({ x: point.x, points: new Map([[only.name, point]]) }))
  const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].toSorted((a, b) => a - b)
  const at = series.map(({ name, points }) => ({ name, byX: new Map(points.map((point) => [point.x, point])) }))
  return xs.map((x) => ({
    x,
    points: new Map(
      at.flatMap(({ name, byX }) => {
        const point = byX.get(x)
        return point ? [[name, point] as const] : []
      }),
    ),
  }))
}

function twinColumns(series: readonly Series[], xLabel: string, yLabel: string): TwinColumn<TwinRow>[] {
  const x: TwinColumn<TwinRow> = { key: 'x', header: xLabel, value: (row) => row.x }
  return [
    x,
    ...series.flatMap(({ name, points }): TwinColumn<TwinRow>[] => {
      const title = series.length > 1 ? name : yLabel
      const value: TwinColumn<TwinRow> = { key: name, header: title, value: (row) => row.points.get(name)?.y ?? null }
      if (!points.some(({ low }) => low !== undefined)) return [value]
      return [
        value,
        { key: `${name} low`, header: `${title}, low`, value: (row) => row.points.get(name)?.low ?? null },
        { key: `${name} high`, header: `${title}, high`, value: (row) => row.points.get(name)?.high ?? null },
      ]
    }),
  ]
}
