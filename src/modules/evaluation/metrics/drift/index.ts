export {
  type CategoryCounts,
  type ChiSquare,
  categoriesOf,
  chiSquare,
  countCategories,
  cramersV,
  goodnessOfFit,
  withNewTogether,
} from './categories.ts'
export { type ColumnDrift, categoricalDrift, type NumericSummary, numericDrift, summarise } from './column.ts'
export { hellinger, jensenShannon, klDivergence, lInfinity, psi, totalVariation, type ZeroFill } from './divergence.ts'
export {
  type Binning,
  clippedShares,
  doaneEdges,
  type Edges,
  histogram,
  openShares,
  quantileEdges,
  sturgesEdges,
  widthEdges,
} from './edges.ts'
export { adjusted, type Correction, type DriftRule, standardRules, type TableDrift, tableDrift } from './table.ts'
