/**
 * Gradient boosting of regression trees on squared error over binned features, leaf by leaf (Friedman 2001; the growth
 * of LightGBM). Deterministic: no sampling. For small tables; time O(rounds * leaves * (rows + features * bins)).
 */
export type BoostedTrees = { readonly predict: (features: readonly Float64Array[]) => Float64Array }

export type BoostingOptions = {
  readonly rounds?: number
  readonly rate?: number
  readonly leaves?: number
  readonly fewestRows?: number
  readonly bins?: number
}

type Split = { readonly feature: number; readonly bin: number; readonly gain: number }
type Leaf = { rows: Uint32Array; sum: number; best: Split | undefined; place: number }
/** Inner nodes have a feature; leaves a value. Children stand at `left` and `left + 1`. */
type Node = { feature: number; threshold: number; left: number; value: number }

/** Columns of equal length, one a feature, without NaN; the target has that length, too. */
export function fitBoostedTrees(
  features: readonly Float64Array[],
  target: Float64Array,
  { rounds = 100, rate = 0.1, leaves = 31, fewestRows = 20, bins = 255 }: BoostingOptions = {},
): BoostedTrees {
  const edges = features.map((column) => binEdges(column, bins))
  const binned = features.map((column, f) => Uint8Array.from(column, (value) => binOf(edges[f] ?? [], value)))
  const base = mean(target)
  const residual = target.map((value) => value - base)
  const trees: Node[][] = []
  for (let round = 0; round < rounds; round++) {
    const { tree, leafOf } = growTree(binned, edges, residual, leaves, fewestRows)
    for (let i = 0; i < residual.length; i++) {
      residual[i] = (residual[i] ?? 0) - rate * (tree[leafOf[i] ?? 0]?.value ?? 0)
    }
    trees.push(tree)
  }
  return {
    predict(columns) {
      const n = columns[0]?.length ?? 0
      return Float64Array.from({ length: n }, (_, row) => {
        let sum = base
        for (const tree of trees) sum += rate * valueAt(tree, columns, row)
        return sum
      })
    },
  }
}

function growTree(
  binned: readonly Uint8Array[],
  edges: readonly (readonly number[])[],
  residual: Float64Array,
  mostLeaves: number,
  fewestRows: number,
): { tree: Node[]; leafOf: Uint32Array } {
  const all = Uint32Array.from({ length: residual.length }, (_, i) => i)
  const leafOf = new Uint32Array(residual.length)
  const measure = (rows: Uint32Array, place: number): Leaf => {
    const sum = rows.reduce((total, row) => total + (residual[row] ?? 0), 0)
    return { rows, sum, place, best: bestSplit(binned, edges, residual, rows, sum, fewestRows) }
  }
  const tree: Node[] = [{ feature: -1, threshold: 0, left: 0, value: 0 }]
  const leaves = [measure(all, 0)]
  while (leaves.length < mostLeaves) {
    const next = leaves.reduce((best, leaf) => ((leaf.best?.gain ?? 0) > (best.best?.gain ?? 0) ? leaf : best))
    const split = next.best
    if (!split || split.gain <= 1e-12) break
    const column = binned[split.feature] ?? new Uint8Array()
    const goesLeft = (row: number) => (column[row] ?? 0) <= split.bin
    const left = tree.length
    tree[next.place] = { feature: split.feature, threshold: edges[split.feature]?.[split.bin] ?? 0, left, value: 0 }
    tree.push({ feature: -1, threshold: 0, left: 0, value: 0 }, { feature: -1, threshold: 0, left: 0, value: 0 })
    leaves.splice(leaves.indexOf(next), 1)
    leaves.push(
      measure(next.rows.filter(goesLeft), left),
      measure(
        next.rows.filter((row) => !goesLeft(row)),
        left + 1,
      ),
    )
  }
  for (const { rows, sum, place } of leaves) {
    tree[place] = { feature: -1, threshold: 0, left: 0, value: rows.length > 0 ? sum / rows.length : 0 }
    for (const row of rows) leafOf[row] = place
  }
  return { tree, leafOf }
}

/** The cut that lowers the squared error most. */
function bestSplit(
  binned: readonly Uint8Array[],
  edges: readonly (readonly number[])[],
  residual: Float64Array,
  rows: Uint32Array,
  sum: number,
  fewestRows: number,
): Split | undefined {
  if (rows.length < 2 * fewestRows) return undefined
  let best: Split | undefined
  const own = (sum * sum) / rows.length
  for (const [feature, column] of binned.entries()) {
    const size = (edges[feature]?.length ?? 0) + 1
    const [sums, counts] = [new Float64Array(size), new Float64Array(size)]
    for (const row of rows) {
      const bin = column[row] ?? 0
      sums[bin] = (sums[bin] ?? 0) + (residual[row] ?? 0)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    let [leftSum, leftCount] = [0, 0]
    for (let bin = 0; bin < size - 1; bin++) {
      leftSum += sums[bin] ?? 0
      leftCount += counts[bin] ?? 0
      const rightCount = rows.length - leftCount
      if (leftCount < fewestRows) continue
      if (rightCount < fewestRows) break
      const gain = (leftSum * leftSum) / leftCount + (sum - leftSum) ** 2 / rightCount - own
      if (gain > (best?.gain ?? 0)) best = { feature, bin, gain }
    }
  }
  return best
}

/** Upper edges between bins: halfway between distinct values, or at quantiles where there are many. */
function binEdges(column: Float64Array, bins: number): number[] {
  const sorted = column.slice().sort()
  const distinct = [...new Set(sorted)]
  const middle = (i: number) => ((distinct[i] ?? 0) + (distinct[i + 1] ?? 0)) / 2
  if (distinct.length <= bins) return distinct.slice(0, -1).map((_, i) => middle(i))
  const cuts = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)] ?? 0)
  return [...new Set(cuts)]
}

/** Number of edges below a value; the tree sends what is at most an edge to its left. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const half = (low + high) >> 1
    if (value <= (edges[half] ?? 0)) high = half
    else low = half + 1
  }
  return low
}

function valueAt(tree: readonly Node[], columns: readonly Float64Array[], row: number): number {
  let node = tree[0]
  while (node && node.feature >= 0) {
    node = tree[(columns[node.feature]?.[row] ?? 0) <= node.threshold ? node.left : node.left + 1]
  }
  return node?.value ?? 0
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
