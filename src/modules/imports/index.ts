export { longestValue } from './clean.ts'
export { createLiveImports, type LiveImports } from './live.ts'
export type {
  ExperimentRecord,
  FileOwner,
  FileRecord,
  ImportSource,
  InputRecord,
  KeyValue,
  Listing,
  LoggedModelRecord,
  ModelLink,
  ModelPoint,
  ModelRecord,
  PointRecord,
  Read,
  RunPage,
  RunRecord,
  VersionRecord,
} from './records.ts'
export { importRoutes } from './routes.ts'
export { createImports, type Imports } from './service.ts'
export type { Progress, TripOptions } from './trip.ts'
