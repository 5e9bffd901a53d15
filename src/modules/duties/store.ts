import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { PersonId } from '../audit/schema.ts'
import { grouped } from './grouped.ts'
import type { Assignment, AssignmentId, AssignmentState, Deputy, DeputyId, Duty, SubjectType } from './schema.ts'
import { type KnownSubject, knownSubjects } from './subjects.ts'
import type { AssignmentRow, DeputyRow } from './tables.ts'

export const openStates = ['proposed', 'accepted'] as const

const toDeputy = ({ assignment_id: _, person_id, id, ...row }: DeputyRow): Deputy => ({
  ...row,
  id: id as DeputyId,
  person: person_id as PersonId,
})

/** An assignment with the models through which its record is seen. */
export type HeldAssignment = Assignment & { readonly subject: KnownSubject }

/** Assignments with the names of their records and the deputies whose time is not over. Those of removed records are left out. */
export async function toAssignments(db: Db, rows: readonly AssignmentRow[], now: string): Promise<HeldAssignment[]> {
  const subjectOf = await knownSubjects(db, rows)
  const deputies = await inParts(
    rows.map(({ id }) => id),
    (part) =>
      db
        .selectFrom('deputy')
        .selectAll()
        .where('assignment_id', 'in', part)
        .where('ends_at', '>', now)
        .orderBy('starts_at')
        .orderBy('id')
        .execute(),
  )
  const byAssignment = grouped(deputies, ({ assignment_id }) => assignment_id)
  return rows.flatMap(({ subject_type, accepted_at: _, subject_id, person_id, ...row }) => {
    const subject = subjectOf({ subject_type, subject_id })
    if (subject === undefined) return []
    return {
      ...row,
      id: row.id as AssignmentId,
      subject,
      duty: row.duty as Duty,
      person: person_id as PersonId,
      state: row.state as AssignmentState,
      replaces: row.replaces as AssignmentId | null,
      deputies: (byAssignment.get(row.id) ?? []).map(toDeputy),
    }
  })
}

type Filter = {
  person?: string | undefined
  /** The id of a record. */
  subject?: string | undefined
  states?: readonly AssignmentState[] | undefined
}

export async function listAssignments(db: Db, filter: Filter): Promise<AssignmentRow[]> {
  let rows = db.selectFrom('assignment').selectAll().orderBy('id', 'desc')
  if (filter.person !== undefined) rows = rows.where('person_id', '=', filter.person)
  if (filter.subject !== undefined) rows = rows.where('subject_id', '=', filter.subject)
  if (filter.states !== undefined) rows = rows.where('state', 'in', [...filter.states])
  return rows.execute()
}

/** Everything that was not ended, of these records of one type. */
export async function currentOf(db: Db, type: SubjectType, ids: readonly string[]): Promise<AssignmentRow[]> {
  return inParts(ids, (part) =>
    db
      .selectFrom('assignment')
      .selectAll()
      .where('subject_type', '=', type)
      .where('subject_id', 'in', part)
      .where('state', '!=', 'ended')
      .orderBy('id')
      .execute(),
  )
}

export function findAssignment(db: Db, id: AssignmentId): Promise<AssignmentRow | undefined> {
  return db.selectFrom('assignment').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertAssignment(tx: Tx, row: AssignmentRow): Promise<void> {
  await tx.insertInto('assignment').values(row).execute()
}

/** Compare-and-set: false when it is in another state by now. */
export async function moveAssignment(
  tx: Tx,
  id: AssignmentId,
  from: readonly AssignmentState[],
  set: Partial<AssignmentRow>,
): Promise<boolean> {
  const result = await tx
    .updateTable('assignment')
    .set(set)
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function insertDeputy(tx: Tx, row: DeputyRow): Promise<void> {
  await tx.insertInto('deputy').values(row).execute()
}

/** False when the time of this deputy was over already. */
export async function endDeputy(tx: Tx, assignment: AssignmentId, id: DeputyId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('deputy')
    .set({ ends_at: at })
    .where('id', '=', id)
    .where('assignment_id', '=', assignment)
    .where('ends_at', '>', at)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function endDeputiesOf(tx: Tx, assignment: AssignmentId, at: string): Promise<void> {
  await tx
    .updateTable('deputy')
    .set({ ends_at: at })
    .where('assignment_id', '=', assignment)
    .where('ends_at', '>', at)
    .execute()
}

/** Deputies whose time is now, by person. */
export async function countDeputies(db: Db, now: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('deputy')
    .innerJoin('assignment', 'assignment.id', 'deputy.assignment_id')
    .where('assignment.state', '=', 'accepted')
    .where('deputy.starts_at', '<=', now)
    .where('deputy.ends_at', '>', now)
    .groupBy('deputy.person_id')
    .select((eb) => ['deputy.person_id', eb.fn.countAll<number>().as('n')])
    .execute()
  return new Map(rows.map(({ person_id, n }) => [person_id, Number(n)]))
}

/** Who has accepted to develop one of these records, at any moment since. */
export async function developersSince(db: Db, subjects: readonly string[], since: string): Promise<PersonId[]> {
  const rows = await db
    .selectFrom('assignment')
    .select(['person_id', 'ended_at', 'state'])
    .where('subject_id', 'in', [...subjects])
    .where('duty', '=', 'developer')
    .where('accepted_at', 'is not', null)
    .execute()
  return rows.flatMap((row) => (row.ended_at === null || row.ended_at > since ? [row.person_id as PersonId] : []))
}

/** Who stood in for whom on one of these records, whatever the duty, at any moment since. Deputyships still to begin count, too. */
export async function standInsSince(db: Db, subjects: readonly string[], since: string) {
  return db
    .selectFrom('deputy')
    .innerJoin('assignment', 'assignment.id', 'deputy.assignment_id')
    .where('assignment.subject_id', 'in', [...subjects])
    .where('deputy.ends_at', '>', since)
    .select(['assignment.person_id as person', 'deputy.person_id as deputy'])
    .execute()
}
