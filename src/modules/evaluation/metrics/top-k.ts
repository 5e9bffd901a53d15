/** Share of rows whose true class is among the k classes of highest score; of equal scores the earlier class is higher. */
export function topAccuracy(y: ArrayLike<number>, scores: readonly Float64Array[], k: number): number {
  let right = 0
  for (let i = 0; i < y.length; i++) {
    const own = y[i] ?? 0
    const score = scores[own]?.[i] ?? Number.NaN
    const above = scores.filter((of, c) => (of[i] ?? 0) > score || ((of[i] ?? 0) === score && c < own)).length
    if (above < k) right++
  }
  return right / y.length
}
