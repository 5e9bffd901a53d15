import type { Db } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { createAssignments } from './assignments.ts'
import { createDeputies } from './deputies.ts'
import { createHandover } from './handover.ts'
import { createMatrix } from './matrix.ts'
import type { DutyParts } from './parts.ts'
import type { Assignment } from './schema.ts'
import { listAssignments, openStates, toAssignments } from './store.ts'
import { createWatch, watchJob } from './watch.ts'

export type Duties = ReturnType<typeof createDuties>

/** Who answers for what, who stands in, and alarms when nobody does. */
export function createDuties(parts: DutyParts) {
  const assignments = createAssignments(parts)
  const watch = createWatch(parts)
  parts.jobs.handle(watchJob, watch.handler)
  return {
    assignments,
    deputies: createDeputies(parts, assignments),
    handOver: createHandover(parts, assignments),
    ...createMatrix(parts),
    watch,
    /** Everything on models that somebody has accepted, whoever asks. */
    async accepted(db: Db = parts.connection.db): Promise<Assignment[]> {
      return toAssignments(db, await listAssignments(db, { states: ['accepted'] }), isoNow(parts.clock))
    },
    /** How many open duties somebody has. */
    async countOf(person: string, db: Db = parts.connection.db): Promise<number> {
      return (await listAssignments(db, { person, states: openStates })).length
    },
  }
}
