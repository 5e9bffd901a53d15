export { longestValue } from './clean.ts'
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
export { createImports, type Imports } from './service.ts'
export type { Progress, TripOptions } from './trip.ts'
