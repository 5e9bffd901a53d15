import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import styles from './Plot.module.css'
import { niceTicks } from './scale.ts'
import { figureText } from './Voice.tsx'

export type Spot = { key: string; name: string; x: number; y: number }

type Props = { title: string; spots: readonly Spot[]; xLabel: string; yLabel: string; height?: number }

/** One named dot per thing; both axes are labelled, and the names stand at the dots where there are few. */
export function Scatter({ title, spots, xLabel, yLabel, height = 260 }: Props) {
  const { ref, width: measured } = useElementSize()
  const id = useId()
  const width = Math.max(240, measured || 480)
  const plot = { left: 52, right: width - 14, top: 22, bottom: height - 34 }
  const wanted = width < 400 ? 4 : 6
  const xAxis = niceTicks(
    spots.map((spot) => spot.x),
    wanted,
  )
  const yAxis = niceTicks(
    spots.map((spot) => spot.y),
    5,
  )
  const x = (value: number) => plot.left + ((value - xAxis.low) / (xAxis.high - xAxis.low)) * (plot.right - plot.left)
  const y = (value: number) => plot.bottom - ((value - yAxis.low) / (yAxis.high - yAxis.low)) * (plot.bottom - plot.top)
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
        <title id={id}>{title}</title>
        <text x={4} y={12} className={styles.tick}>
          {yLabel}
        </text>
        {yAxis.ticks.map((tick) => (
          <g key={tick}>
            <path d={`M${plot.left} ${y(tick)}H${plot.right}`} className={styles.grid} />
            <text x={plot.left - 6} y={y(tick) + 4} textAnchor="end" className={styles.tick}>
              {shortText(tick)}
            </text>
          </g>
        ))}
        {xAxis.ticks.map((tick) => (
          <text key={tick} x={x(tick)} y={plot.bottom + 15} textAnchor="middle" className={styles.tick}>
            {shortText(tick)}
          </text>
        ))}
        <path d={`M${plot.left} ${plot.bottom}H${plot.right}`} className={styles.axis} />
        <text x={plot.right} y={height - 4} textAnchor="end" className={styles.tick}>
          {xLabel}
        </text>
        {spots.map((spot) => (
          <g key={spot.key}>
            <circle cx={x(spot.x)} cy={y(spot.y)} r={4} fill="var(--accent)">
              <title>{`${spot.name}: ${xLabel} ${spot.x}, ${yLabel} ${spot.y}`}</title>
            </circle>
            {spots.length <= 12 && (
              <text
                x={x(spot.x) + (x(spot.x) > plot.right - 90 ? -8 : 8)}
                y={y(spot.y) + 4}
                textAnchor={x(spot.x) > plot.right - 90 ? 'end' : 'start'}
                className={styles.count}
              >
                {spot.name.length > 16 ? `${spot.name.slice(0, 15)}…` : spot.name}
              </text>
            )}
          </g>
        ))}
      </svg>
    </figure>
  )
}

const shortText = (value: number) =>
  value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)
    ? value.toExponential(1)
    : figureText(value, 4)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
