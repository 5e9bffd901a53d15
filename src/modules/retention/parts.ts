import type { Blobs } from '../../blobs/blobs.ts'
import type { Connection } from '../../db/connect.ts'
import type { Jobs } from '../../jobs/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Write } from '../audit/index.ts'
import type { Tracking } from '../tracking/index.ts'
import type { Holds } from './holds.ts'

export type RetentionParts = {
  connection: Connection
  write: Write
  clock: Clock
  jobs: Jobs
  blobs: Blobs
  tracking: Pick<Tracking, 'runs'>
  holds: Holds
  /** False while nothing may be removed from the workspace, because it is archived. */
  mayRemove: () => Promise<boolean>
}

export const dayMs = 24 * 60 * 60 * 1000
