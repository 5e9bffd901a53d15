import type { Db, Engine } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Write } from '../audit/index.ts'
import type { Tracking } from '../tracking/index.ts'

export type GenaiParts = { db: Db; engine: Engine; write: Write; clock: Clock; tracking: Tracking }
