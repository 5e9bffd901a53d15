/** A binary tree in arrays. A row goes left where `value <= threshold` or, if strict, `<`; leaves have feature -1. */
export type Tree = {
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly value: Float64Array
  readonly strict: boolean
  /** Where a row without a value goes. */
  readonly missingLeft: Uint8Array
}

/** Trees whose leaves add up, from a starting value. */
export type TreeEnsemble = { readonly base: number; readonly trees: readonly Tree[] }

type Row = ArrayLike<number>

function goesLeft(tree: Tree, node: number, row: Row): boolean {
  const value = row[tree.feature[node] ?? 0] ?? Number.NaN
  if (Number.isNaN(value)) return tree.missingLeft[node] === 1
  const threshold = tree.threshold[node] ?? 0
  return tree.strict ? value < threshold : value <= threshold
}

/** The sum of the leaves that a row ends in. */
export function evaluateTrees({ base, trees }: TreeEnsemble, row: Row): number {
  return trees.reduce((sum, tree) => {
    let node = 0
    while ((tree.feature[node] ?? -1) >= 0) node = (goesLeft(tree, node, row) ? tree.left[node] : tree.right[node]) ?? 0
    return sum + (tree.value[node] ?? 0)
  }, base)
}

/**
 * Exact interventional Shapley values of a tree ensemble's sum, whatever the number of features (Lundberg et al. 2020,
 * "interventional"): for a row and one background row a tree is a game over the features in which they part, and a leaf
 * is reached by the coalitions that hold all of one set and none of another.
 */
export function treeShap(
  ensemble: TreeEnsemble,
  rows: readonly Row[],
  background: readonly Row[],
): { readonly base: number; readonly values: Float64Array[] } {
  if (background.length === 0) throw new RangeError('Shapley values need a background')
  const features = rows[0]?.length ?? 0
  const base = background.reduce((sum, row) => sum + evaluateTrees(ensemble, row), 0) / background.length
  const values = rows.map((row) => {
    const sums = new Float64Array(features)
    for (const other of background) for (const tree of ensemble.trees) addGame(tree, row, other, sums)
    return sums.map((sum) => sum / background.length)
  })
  return { base, values }
}

/** 1 / (n choose k) / n and the like: weights of a leaf for a feature that must be in, or out, of the coalition. */
const weights: number[][] = []

/** (ins - 1)! outs! / (ins + outs)!: the chance that one of the ins comes last of them and before every out. */
function weight(ins: number, outs: number): number {
  weights[ins] ??= []
  const row = weights[ins]
  const known = row[outs]
  if (known !== undefined) return known
  let value = 1 / (ins + outs)
  for (let i = 1; i <= outs; i++) value *= i / (ins - 1 + i)
  row[outs] = value
  return value
}

function addGame(tree: Tree, row: Row, other: Row, sums: Float64Array): void {
  /** Features that had to come from the row (1) or from the background (2) to get here. */
  const side = new Map<number, 1 | 2>()

  function visit(node: number, ins: number, outs: number): void {
    const feature = tree.feature[node] ?? -1
    if (feature < 0) {
      const value = tree.value[node] ?? 0
      if (value === 0) return
      for (const [each, from] of side) {
        const share = from === 1 ? weight(ins, outs) : -weight(outs, ins)
        sums[each] = (sums[each] ?? 0) + share * value
      }
      return
    }
    const child = (left: boolean) => (left ? tree.left[node] : tree.right[node]) ?? 0
    const [ours, theirs] = [goesLeft(tree, node, row), goesLeft(tree, node, other)]
    const taken = side.get(feature)
    if (ours === theirs || taken !== undefined) visit(child(taken === 2 ? theirs : ours), ins, outs)
    else {
      side.set(feature, 1)
      visit(child(ours), ins + 1, outs)
      side.set(feature, 2)
      visit(child(theirs), ins, outs + 1)
      side.delete(feature)
    }
  }

  visit(0, 0, 0)
}
