/** Round tick values that hold all given values with a little air. */
export function niceTicks(values: readonly number[], wanted: number): { ticks: number[]; low: number; high: number } {
  const finite = values.filter((value) => Number.isFinite(value))
  let low = Math.min(...finite)
  let high = Math.max(...finite)
  if (finite.length === 0) [low, high] = [0, 1]
  if (high - low < 1e-9) {
    const air = Math.abs(high) * 0.1 || 0.5
    low -= air
    high += air
  }
  const step = niceStep((high - low) / Math.max(1, wanted - 1))
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(high / step - 1e-9)
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step))
  return { ticks, low: first * step, high: last * step }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const share = rough / power
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power
}

function clean(value: number): number {
  return Number(value.toPrecision(12))
}
