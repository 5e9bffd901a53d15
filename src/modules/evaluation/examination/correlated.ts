import type { Frame } from '../metrics/explanation/index.ts'
import type { ExplanationResult } from '../schema.ts'

const strong = 0.8
/** Pairs grow with the square. */
const mostColumns = 200
const mostPairs = 50

/** Pairs of numeric columns whose ranks correlate strongly (Spearman 1904, ties at their mean rank), strongest first. */
export function correlatedColumns({ columns }: Frame): ExplanationResult['correlated'] {
  const ranked = columns.slice(0, mostColumns).flatMap(({ name, values }) => {
    const ranks = values instanceof Float64Array ? standardRanks(values) : undefined
    return ranks ? [{ name, ranks }] : []
  })
  const pairs = ranked.flatMap((first, i) =>
    ranked.slice(i + 1).flatMap((second) => {
      const rho = first.ranks.reduce((sum, value, row) => sum + value * (second.ranks[row] ?? 0), 0)
      return Math.abs(rho) > strong ? [{ columns: [first.name, second.name], rho }] : []
    }),
  )
  return pairs.sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho)).slice(0, mostPairs)
}

/** Ranks of mean 0 and length 1; missing values take the middle. Undefined for a constant column. */
function standardRanks(values: Float64Array): Float64Array | undefined {
  const order = [...values.keys()]
    .filter((row) => Number.isFinite(values[row]))
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = (from + to - 1) / 2 - (order.length - 1) / 2
    from = to
  }
  const length = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0))
  return length > 0 ? ranks.map((rank) => rank / length) : undefined
}
