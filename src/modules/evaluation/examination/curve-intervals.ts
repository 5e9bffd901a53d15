import { wilson } from '../../../lib/statistics/index.ts'
import type { BinaryPerformance, Calibration } from '../metrics/index.ts'

/** The curves of a result with Wilson's intervals, point by point, from the counts that each point rests on. */
export function withIntervals(measured: BinaryPerformance) {
  const { confusion, roc, calibration, lift } = measured
  const positive = confusion.tp + confusion.fn
  return {
    ...measured,
    roc: roc.map((point) => ({ ...point, ...limits(point.tpr, positive) })),
    calibration: {
      equal_width: calibration.equal_width && overBins(calibration.equal_width),
      equal_mass: calibration.equal_mass && overBins(calibration.equal_mass),
    },
    lift: lift.map((part) => ({ ...part, ...limits(part.rate, part.n) })),
  }
}

const overBins = ({ bins, ...rest }: Calibration) => ({
  ...rest,
  bins: bins.map((bin) => ({ ...bin, ...limits(bin.observed_rate, bin.n) })),
})

function limits(rate: number, n: number): { low: number; high: number } {
  const { low, high } = wilson(Math.round(rate * n), n)
  return { low: low === 0 ? 0 : low, high }
}
