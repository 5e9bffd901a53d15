import type { Db, Tx } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import type { PersonId } from '../audit/schema.ts'
import { grouped } from './grouped.ts'
import type { Assignment, AssignmentId, AssignmentState, Deputy, DeputyId, Duty } from './schema.ts'
import type { AssignmentRow, DeputyRow } from './tables.ts'

export const openStates = ['proposed', 'accepted'] as const

const toDeputy = ({ assignment_id: _, person_id, id, ...row }: DeputyRow): Deputy => ({
  ...row,
  id: id as DeputyId,
  person: person_id as PersonId,
})

/** Assignments with the names of their models and the deputies whose time is not over. Those of removed models are left out. */
export async function toAssignments(db: Db, rows: readonly AssignmentRow[], now: string): Promise<Assignment[]> {
  const models = await inParts([...new Set(rows.map((row) => row.subject_id))], (part) =>
    db.selectFrom('model').select(['id', 'name']).where('id', 'in', part).where('deleted_at', 'is', null).execute(),
  )
  const names = new Map(models.map(({ id, name }) => [id, name]))
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
  return rows.flatMap(({ subject_type: _, accepted_at: __, subject_id, person_id, ...row }) => {
    const name = names.get(subject_id)
    if (name === undefined) return []
    return {
      ...row,
      id: row.id as AssignmentId,
      subject: { type: 'model' as const, id: subject_id, name },
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
  model?: string | undefined
  states?: readonly AssignmentState[] | undefined
}

export async function listAssignments(db: Db, filter: Filter): Promise<AssignmentRow[]> {
  let rows = db.selectFrom('assignment').selectAll().orderBy('id', 'desc')
  if (filter.person !== undefined) rows = rows.where('person_id', '=', filter.person)
  if (filter.model !== undefined) rows = rows.where('subject_type', '=', 'model').where('subject_id', '=', filter.model)
  if (filter.states !== undefined) rows = rows.where('state', 'in', [...filter.states])
  return rows.execute()
}

/** Everything that was not ended, of these models. */
export async function currentOf(db: Db, models: readonly string[]): Promise<AssignmentRow[]> {
  return inParts(models, (part) =>
    db
      .selectFrom('assignment')
      .selectAll()
      .where('subject_type', '=', 'model')
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

/** Who has accepted to develop a model, at any moment since. */
export async function developersSince(db: Db, model: string, since: string): Promise<PersonId[]> {
  const rows = await db
    .selectFrom('assignment')
    .select(['person_id', 'ended_at', 'state'])
    .where('subject_type', '=', 'model')
    .where('subject_id', '=', model)
    .where('duty', '=', 'developer')
    .where('accepted_at', 'is not', null)
    .execute()
  return rows.flatMap((row) => (row.ended_at === null || row.ended_at > since ? [row.person_id as PersonId] : []))
}

/** Who stood in for whom on a model, whatever the duty, at any moment since. Deputyships that are still to begin count, too. */
export async function standInsSince(db: Db, model: string, since: string) {
  return db
    .selectFrom('deputy')
    .innerJoin('assignment', 'assignment.id', 'deputy.assignment_id')
    .where('assignment.subject_type', '=', 'model')
    .where('assignment.subject_id', '=', model)
    .where('deputy.ends_at', '>', since)
    .select(['assignment.person_id as person', 'deputy.person_id as deputy'])
    .execute()
}
