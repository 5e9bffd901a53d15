import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import type { ExplanationResult } from '../../../../src/modules/evaluation/schema.ts'
import styles from '../../../ui/Plot.module.css'
import { niceTicks } from '../../../ui/scale.ts'
import { Twin, type TwinColumn } from '../../../ui/Twin.tsx'
import { figureText } from '../../../ui/Voice.tsx'

type Curve = ExplanationResult['dependence'][number]
type Point = { at: string | number; average: number; single: readonly number[] }

const height = 190

/** The average prediction by the value of one column, over the curves of single rows. */
export function DependencePlot({ curve, explains }: { curve: Curve; explains: string }) {
  const { ref, width: measured } = useElementSize()
  const id = useId()
  const { feature, grid, average, ice } = curve
  const width = Math.max(240, measured || 460)
  const plot = { left: 40, right: width - 12, top: 10, bottom: height - 30 }
  const numbers = grid.map((at) => (typeof at === 'number' ? at : Number.NaN))
  const isScale = numbers.every((at) => Number.isFinite(at))
  const places = isScale ? numbers : grid.map((_, place) => place)
  const [low, high] = [Math.min(...places), Math.max(...places)]
  const air = isScale ? 0 : 0.4
  const x = (place: number) =>
    plot.left + ((place - low + air) / (high - low + 2 * air || 1)) * (plot.right - plot.left)
  const scale = niceTicks([...average, ...ice.flat()], 4)
  const y = (value: number) => plot.bottom - ((value - scale.low) / (scale.high - scale.low)) * (plot.bottom - plot.top)
  const path = (values: readonly number[]) =>
    values
      .map((value, place) => `${place === 0 ? 'M' : 'L'}${x(places[place] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`)
      .join('')
  const title = `Prediction by ${feature}`
  const points: Point[] = grid.map((at, place) => ({
    at,
    average: average[place] ?? Number.NaN,
    single: ice.map((each) => each[place] ?? Number.NaN),
  }))
  const columns: TwinColumn<Point>[] = [
    { key: 'at', header: feature, value: (point) => point.at },
    { key: 'average', header: `Average of ${explains}`, value: (point) => point.average },
    ...ice.map((_, row) => ({
      key: `row-${row}`,
      header: `Row ${row + 1}`,
      value: (point: Point) => point.single[row] ?? null,
    })),
  ]
  return (
    <section aria-label={`By ${feature}`}>
      <h3>By {feature}</h3>
      <figure className={styles.figure} ref={ref}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-labelledby={id}
          className={styles.svg}
        >
          <title id={id}>{`${title}, on average and for ${ice.length} single rows`}</title>
          {scale.ticks.map((tick) => (
            <g key={tick}>
              <path d={`M${plot.left} ${y(tick)}H${plot.right}`} className={styles.grid} />
              <text x={plot.left - 6} y={y(tick) + 4} textAnchor="end" className={styles.tick}>
                {figureText(tick, 2)}
              </text>
            </g>
          ))}
          {(isScale
            ? niceTicks(numbers, width < 360 ? 3 : 5).ticks.filter((tick) => tick >= low && tick <= high)
            : places
          )
            .filter((_, place) => isScale || place % Math.ceil(places.length / Math.max(2, width / 90)) === 0)
            .map((at) => (
              <text key={at} x={x(at)} y={height - 10} textAnchor="middle" className={styles.tick}>
                {isScale ? Number(at.toPrecision(6)).toLocaleString('en') : short(String(grid[at] ?? ''))}
              </text>
            ))}
          {ice.length > 0 && <path d={ice.map(path).join('')} className={styles.single} />}
          <path d={path(average)} className={styles.mean} strokeDasharray={isScale ? undefined : '1 4'} />
          {!isScale &&
            average.map((value, place) => (
              <circle key={String(grid[place])} cx={x(place)} cy={y(value)} r={4} className={styles.meanDot} />
            ))}
        </svg>
        <Twin title={title} columns={columns} rows={points} />
      </figure>
    </section>
  )
}

const short = (text: string) => (text.length > 13 ? `${text.slice(0, 12)}…` : text)
