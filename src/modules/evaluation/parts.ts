import type { Blobs } from '../../blobs/blobs.ts'
import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import type { Jobs } from '../../jobs/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { Write } from '../audit/index.ts'
import type { Datasets } from '../datasets/index.ts'
import type { Get, Post } from '../notifications/index.ts'
import type { Registry } from '../registry/index.ts'
import type { Tracking } from '../tracking/index.ts'
import type { ExaminationLimits } from './examination/index.ts'

export type EvaluationParts = {
  db: Db
  write: Write
  /** For progress only, which is not governed. */
  commit: Commit
  clock: Clock
  blobs: Blobs
  jobs: Pick<Jobs, 'enqueue' | 'cancel' | 'handle'>
  models: Pick<Registry['models'], 'get'>
  versions: Pick<Registry['versions'], 'get' | 'find' | 'findById'>
  datasets: Pick<Datasets, 'get' | 'find' | 'match'>
  artifacts: Pick<Artifacts, 'find'>
  runs: Pick<Tracking['runs'], 'get'>
  /** Hosts whose endpoints may be asked to score, and how they are asked. */
  scoring: {
    readonly hosts: ReadonlySet<string>
    readonly post: Post
    /** The same for a dry run, which nobody waits for long. */
    readonly dry: { readonly post: Post; readonly get: Get }
  }
  limits?: Partial<ExaminationLimits>
}

export const defaultLimits: ExaminationLimits = { rows: 5_000_000, memoryMb: 2048, timeMs: 15 * 60_000 }

/** Reproducing answers a request, which does not wait for ever. */
export const longestReproduction = 2 * 60_000
