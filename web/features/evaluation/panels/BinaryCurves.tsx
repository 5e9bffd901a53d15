import { LineChart } from '../../../ui/LineChart.tsx'
import type { Performance } from '../results.ts'

type Props = { result: Performance }
type Bins = NonNullable<NonNullable<Performance['calibration']>['equal_width']>['bins']

const diagonal = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
]
const unit: { x: [number, number]; y: [number, number] } = { x: [0, 1], y: [0, 1] }
const name = 'this version'

export function RocCurve({ result: { roc } }: Props) {
  return (
    <div>
      <h3>True against false positives</h3>
      <LineChart
        title="ROC curve"
        xLabel="false positive rate"
        yLabel="true positive rate"
        series={[{ name, points: roc.map(({ fpr, tpr, low, high }) => ({ x: fpr, y: tpr, low, high })) }]}
        guide={diagonal}
        domain={unit}
        twin
      />
    </div>
  )
}

/** From the points of the ROC curve, whose rates and class sizes say how many of the selected are favourable. */
export function PrecisionCurve({ result: { roc, confusion } }: Props) {
  if (!confusion) return null
  const [positive, negative] = [confusion.tp + confusion.fn, confusion.fp + confusion.tn]
  const base = positive / (positive + negative)
  const points = roc.flatMap(({ fpr, tpr }) => {
    const selected = tpr * positive + fpr * negative
    return selected > 0 ? [{ x: tpr, y: (tpr * positive) / selected }] : []
  })
  return (
    <div>
      <h3>Precision as more is caught</h3>
      <LineChart
        title="Precision and recall curve"
        xLabel="recall"
        yLabel="precision"
        series={[{ name, points }]}
        guide={[
          { x: 0, y: base },
          { x: 1, y: base },
        ]}
        domain={unit}
        twin
      />
    </div>
  )
}

export function CalibrationCurve({ bins }: { bins: Bins }) {
  return (
    <div>
      <h3>Score against what happened</h3>
      <LineChart
        title="Calibration curve"
        xLabel="mean score"
        yLabel="observed rate"
        series={[
          {
            name,
            points: bins.map(({ mean_score, observed_rate, low, high }) => ({
              x: mean_score,
              y: observed_rate,
              low,
              high,
            })),
          },
        ]}
        guide={diagonal}
        domain={unit}
        dots
        twin
      />
    </div>
  )
}

export function GainCurve({ result: { lift, n } }: Props) {
  let seen = 0
  const points = lift.map(({ n: rows, cumulative_capture }) => {
    seen += rows
    return { x: seen / n, y: cumulative_capture }
  })
  return (
    <div>
      <h3>Share of the favourable that is caught</h3>
      <LineChart
        title="Gain curve"
        xLabel="share of rows chosen, highest scores first"
        yLabel="share caught"
        series={[{ name, points: [{ x: 0, y: 0 }, ...points] }]}
        guide={diagonal}
        domain={unit}
        dots
        twin
      />
    </div>
  )
}

export function TenthsCurve({ result: { lift, figures } }: Props) {
  const base = figures.base_rate?.state === 'ok' ? figures.base_rate.value : undefined
  const ends = [lift[0]?.decile ?? 1, lift.at(-1)?.decile ?? 10] as const
  return (
    <div>
      <h3>Favourable rate, tenth by tenth</h3>
      <LineChart
        title="Lift by tenths"
        xLabel="tenth of rows, highest scores first"
        yLabel="favourable rate"
        series={[{ name, points: lift.map(({ decile, rate, low, high }) => ({ x: decile, y: rate, low, high })) }]}
        {...(base === undefined ? {} : { guide: ends.map((x) => ({ x, y: base })) })}
        dots
        twin
      />
    </div>
  )
}
