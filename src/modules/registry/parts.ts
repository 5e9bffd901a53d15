import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Digest } from '../../lib/ids.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { Write } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Datasets } from '../datasets/index.ts'

/** A run as registration needs it. */
export type RunForVersion = {
  id: string
  artifact_uri: string
  /** Of parameters, metrics, tags and inputs, as they are now. */
  digest: Digest
  /** Who started it and whoever logged to it. */
  people: readonly PersonId[]
  inputs: readonly { name: string; digest: string; source_type: string; source: string; context: string | null }[]
}

export type LoggedModelForVersion = { artifact_location: string; run_id: string | null }

/** What registration asks of tracking. */
export type Runs = {
  find(id: string): Promise<RunForVersion | undefined>
  findLoggedModel(id: string): Promise<LoggedModelForVersion | undefined>
}

export type RegistryParts = {
  db: Db
  write: Write
  clock: Clock
  artifacts: Artifacts
  datasets: Datasets
  runs: Runs
}
