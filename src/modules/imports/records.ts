import type { Readable } from 'node:stream'
import type { ImportCounts, ImportProblem } from './schema.ts'

/** What readers of other trackers hand over: their facts, in words that are nobody's. Nothing of it has been checked. */

export type KeyValue = { key: string; value: string }

/** Times are epoch milliseconds; null where the source has none. */
export type ExperimentRecord = {
  id: string
  name: string
  location: string
  deleted: boolean
  created_at: number | null
  updated_at: number | null
  tags: readonly KeyValue[]
}

export type InputRecord = {
  name: string
  digest: string
  source_type: string
  source: string
  schema: string | null
  profile: string | null
  tags: readonly KeyValue[]
}

export type ModelLink = { direction: 'input' | 'output'; model_id: string; step: number }

export type RunRecord = {
  id: string
  experiment_id: string
  name: string
  user: string
  status: string
  start_time: number | null
  end_time: number | null
  deleted: boolean
  location: string
  params: readonly KeyValue[]
  tags: readonly KeyValue[]
  inputs: readonly InputRecord[]
  models: readonly ModelLink[]
}

/** NaN and infinities as numbers. A source hands over each point once. */
export type PointRecord = { run_id: string; key: string; value: number; step: number; timestamp: number }

export type ModelPoint = PointRecord & { dataset_name: string; dataset_digest: string }

export type LoggedModelRecord = {
  id: string
  experiment_id: string
  name: string
  model_type: string
  run_id: string
  location: string
  status: string
  created_at: number
  updated_at: number
  deleted: boolean
  params: readonly KeyValue[]
  tags: readonly KeyValue[]
  metrics: readonly ModelPoint[]
}

export type ModelRecord = {
  name: string
  description: string
  created_at: number | null
  updated_at: number | null
  tags: readonly KeyValue[]
  aliases: readonly { alias: string; version: number }[]
  /** The highest number that was ever given, also to versions that are deleted. */
  last_version: number
}

export type VersionRecord = {
  model: string
  version: number
  description: string
  user: string
  stage: string
  status: string
  /** As its client gave it, and where the files are. */
  source: string
  location: string
  run_id: string | null
  run_link: string
  created_at: number | null
  updated_at: number | null
  tags: readonly KeyValue[]
}

/** A thing, or why it could not be read; `alsoRefused` is false for a problem of a part, whose thing comes all the same. */
export type Read<T> = { record: T } | { problem: ImportProblem; alsoRefused?: boolean }

/** Some runs in the source's order. `cursor` is where to go on after them. */
export type RunPage = {
  cursor: string
  runs: readonly RunRecord[]
  problems: readonly ImportProblem[]
  /** Every point of these runs, in parts of a few thousand. A part may hold a problem instead of points. */
  points(ids: ReadonlySet<string>): AsyncIterable<readonly PointRecord[] | ImportProblem>
}

export type FileRecord = {
  /** Below the location. */
  path: string
  size: number | null
  /** Changes when the file does; null where the source has no such thing. */
  stamp: string | null
  open(): Promise<Readable>
}

export type Listing =
  | { outcome: 'listed'; files: AsyncIterable<Read<FileRecord>> }
  /**
   * The bytes cannot be had. `root` names the store, for one problem instead of thousands; with `elsewhere` it is one that clients
   * reach by themselves, so that the location is still worth something.
   */
  | { outcome: 'unreachable'; root: string; reason: string; elsewhere: boolean }
  | { outcome: 'refused'; reason: string }

/** Whose files a location holds. */
export type FileOwner =
  | { kind: 'run'; id: string }
  | { kind: 'logged_model'; id: string }
  | { kind: 'version'; model: string; version: number }

/** Another tracker, for reading only. Every iterator gives things in an order that stays. */
export type ImportSource = {
  /** For people, without secrets. */
  readonly label: string
  /** The same for the same source every time, without secrets. */
  readonly key: string
  experiments(): AsyncIterable<Read<ExperimentRecord>>
  /** From the run after `cursor`. */
  runs(cursor: string | null): AsyncIterable<RunPage>
  loggedModels(): AsyncIterable<Read<LoggedModelRecord>>
  models(): AsyncIterable<Read<ModelRecord>>
  versions(): AsyncIterable<Read<VersionRecord>>
  /** Whether files at a location come along; otherwise they stay a reference. */
  brings(location: string): boolean
  files(location: string, owner: FileOwner): Promise<Listing>
  /** Whether reading every point is quick enough for a look. */
  readonly cheapPoints: boolean
  /** What the source counts itself, if it can do so without reading everything. */
  counts(): Promise<Partial<ImportCounts>>
  close(): Promise<void>
}
