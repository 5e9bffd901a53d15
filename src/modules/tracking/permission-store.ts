import type { Db, Tx } from '../../db/database.ts'
import type { ExperimentPermission } from './schema.ts'

export type PermissionRow = { person_id: string; experiment_id: string; permission: ExperimentPermission }

export function permissionsOfPerson(db: Db, person: string): Promise<PermissionRow[]> {
  return db
    .selectFrom('experiment_permission')
    .selectAll()
    .where('person_id', '=', person)
    .orderBy('experiment_id')
    .execute()
}

export function findPermission(db: Db, person: string, experiment: string): Promise<PermissionRow | undefined> {
  return db
    .selectFrom('experiment_permission')
    .selectAll()
    .where('person_id', '=', person)
    .where('experiment_id', '=', experiment)
    .executeTakeFirst()
}

export async function putPermission(tx: Tx, row: PermissionRow): Promise<void> {
  const { permission } = row
  await tx
    .insertInto('experiment_permission')
    .values(row)
    .onConflict((c) => c.columns(['person_id', 'experiment_id']).doUpdateSet({ permission }))
    .execute()
}

export async function deletePermission(tx: Tx, person: string, experiment: string): Promise<void> {
  await tx
    .deleteFrom('experiment_permission')
    .where('person_id', '=', person)
    .where('experiment_id', '=', experiment)
    .execute()
}

type Place = { id: string; created_by: string }

export async function placesOf(db: Db, experiments: readonly string[], runs: readonly string[]): Promise<Place[]> {
  const places = db.selectFrom('experiment').select(['id', 'created_by'])
  const named = experiments.length === 0 ? [] : await places.where('id', 'in', [...experiments]).execute()
  if (runs.length === 0) return named
  const ran = db
    .selectFrom('run')
    .select('experiment_id')
    .where('id', 'in', [...runs])
  return [...named, ...(await places.where('id', 'in', ran).execute())]
}

/** Experiments that keep their artifacts here, with where they keep them. */
export function storedHere(db: Db): Promise<(Place & { artifact_location: string })[]> {
  return db
    .selectFrom('experiment')
    .select(['id', 'created_by', 'artifact_location'])
    .where('artifact_location', 'like', 'mlflow-artifacts:%')
    .execute()
}
