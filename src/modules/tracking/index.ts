export { trackingEditRoutes } from './edit-routes.ts'
export { findExperiment, findExperimentByName } from './experiment-store.ts'
export type { NewExperiment } from './experiments.ts'
export { guardExperiments } from './guard.ts'
export type { RunPoints } from './histories.ts'
export type { Point } from './history-store.ts'
export { contextTag } from './inputs.ts'
export { runNameTag } from './log.ts'
export { loggedByRun } from './logged.ts'
export type { NewLoggedModel } from './logged-models.ts'
export type { KeyValue, LogInput, Measured } from './measured.ts'
export { isLater, stored } from './measured.ts'
export { inventRunName } from './names.ts'
export { readPermission } from './permissions.ts'
export * as trackingPurge from './purge-store.ts'
export {
  digestsOfRuns,
  keepTags,
  type RestoredPoint,
  type RestoredRun,
  restoreExperiment,
  restorePoints,
  restoreRuns,
  sealRuns,
} from './restore.ts'
export { type RestoredModel, restoreLoggedModels } from './restore-models.ts'
export { trackingRoutes } from './routes.ts'
export { checkKey, checkLength, limits } from './rules.ts'
export type { NewRun, RunChange } from './runs.ts'
export {
  type Clause,
  checkComparator,
  comparators,
  listValue,
  numberValue,
  readClauses,
  readName,
  splitName,
  textValue,
  unquote,
} from './search/clauses.ts'
export { filterSql } from './search/expression.ts'
export { readOrder } from './search/order.ts'
export { readPageToken, writePageToken } from './search/page-token.ts'
export { searchRunIds } from './search/runs.ts'
export {
  after,
  and,
  byBytes,
  compareNumber,
  compareText,
  type Fragment,
  orderBy,
  type SortColumn,
} from './search/sql.ts'
export type { View } from './search/view.ts'
export { createTracking, type Tracking } from './service.ts'
