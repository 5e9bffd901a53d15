/**
 * Consistency of labels or predictions among like rows: 1 - mean |y_i - mean of y over the k nearest rows by Euclidean
 * distance| (Zemel et al. 2013; AIF360). A row is among its own neighbours; of equally far rows the earlier one is
 * nearer. Features are columns on scales that the caller chose. O(n² features): for at most some ten thousand rows.
 */
export function consistency(features: readonly Float64Array[], y: ArrayLike<number>, k = 5): number {
  const n = y.length
  const near = Math.min(k, n)
  let sum = 0
  const distance = new Float64Array(near)
  const label = new Float64Array(near)
  for (let i = 0; i < n; i++) {
    let held = 0
    for (let j = 0; j < n; j++) {
      let square = 0
      for (const column of features) {
        const away = (column[i] ?? 0) - (column[j] ?? 0)
        square += away * away
      }
      if (held === near && square >= (distance[near - 1] ?? 0)) continue
      let place = held < near ? held++ : near - 1
      while (place > 0 && (distance[place - 1] ?? 0) > square) {
        distance[place] = distance[place - 1] ?? 0
        label[place] = label[place - 1] ?? 0
        place--
      }
      distance[place] = square
      label[place] = y[j] ?? 0
    }
    sum += Math.abs((y[i] ?? 0) - label.reduce((total, each) => total + each, 0) / near)
  }
  return 1 - sum / n
}
