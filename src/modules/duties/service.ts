import type { Db } from '../../db/database.ts'
import { createAssignments } from './assignments.ts'
import { createDeputies } from './deputies.ts'
import { createHandover } from './handover.ts'
import { createMatrix } from './matrix.ts'
import type { DutyParts } from './parts.ts'
import { listAssignments, openStates } from './store.ts'
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
    /** How many open duties somebody has. */
    async countOf(person: string, db: Db = parts.connection.db): Promise<number> {
      return (await listAssignments(db, { person, states: openStates })).length
    },
  }
}
