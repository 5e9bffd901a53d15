import type { Db, Engine } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { Write } from '../audit/index.ts'
import type { Datasets } from '../datasets/index.ts'
import type { Tracking } from '../tracking/index.ts'

export type RegistryParts = {
  db: Db
  engine: Engine
  write: Write
  clock: Clock
  tracking: Tracking
  artifacts: Artifacts
  datasets: Datasets
}
