import type { Db, Tx } from '../../db/database.ts'
import { acquaint } from '../access/index.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Identity } from './schema.ts'
import type { IdentityRow } from './tables.ts'

export async function findOwner(db: Db, issuer: string, subject: string): Promise<PersonId | undefined> {
  const query = db.selectFrom('identity').select('person_id').where('issuer', '=', issuer)
  return (await query.where('subject', '=', subject).executeTakeFirst())?.person_id as PersonId | undefined
}

export async function listIdentities(db: Db, person: PersonId): Promise<Identity[]> {
  return db
    .selectFrom('identity')
    .select(['issuer', 'subject', 'created_at'])
    .where('person_id', '=', person)
    .orderBy('issuer')
    .orderBy('subject')
    .execute()
}

/** False when the identity belongs to an account already. */
export async function insertIdentity(tx: Tx, row: IdentityRow): Promise<boolean> {
  const query = tx.insertInto('identity').values(row)
  const result = await query.onConflict((c) => c.columns(['issuer', 'subject']).doNothing()).executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function deleteIdentity(tx: Tx, person: PersonId, issuer: string, subject: string): Promise<boolean> {
  const query = tx.deleteFrom('identity').where('person_id', '=', person).where('issuer', '=', issuer)
  return (await query.where('subject', '=', subject).executeTakeFirst()).numDeletedRows === 1n
}

export type SourcedGrant = { workspace: string; role: string; model: string; source: string | null }

/** Every role of a person, in every workspace. `model` is empty for the whole workspace. */
export async function listGrants(db: Db, person: PersonId): Promise<SourcedGrant[]> {
  return db
    .selectFrom('person_grant')
    .select(['workspace', 'role', 'model', 'source'])
    .where('person_id', '=', person)
    .orderBy('workspace')
    .orderBy('role')
    .orderBy('model')
    .execute()
}

/** Leaves a role alone that is there already. */
export async function insertGrant(tx: Tx, person: PersonId, grant: SourcedGrant): Promise<boolean> {
  const query = tx.insertInto('person_grant').values({ person_id: person, ...grant })
  const result = await query
    .onConflict((c) => c.columns(['person_id', 'workspace', 'role', 'model']).doNothing())
    .executeTakeFirst()
  await acquaint(tx, grant.workspace, person)
  return result.numInsertedOrUpdatedRows === 1n
}

/** Takes a role away only while it comes from that source. */
export async function deleteGrant(tx: Tx, person: PersonId, grant: SourcedGrant): Promise<boolean> {
  const result = await tx
    .deleteFrom('person_grant')
    .where('person_id', '=', person)
    .where('workspace', '=', grant.workspace)
    .where('role', '=', grant.role)
    .where('model', '=', grant.model)
    .where('source', '=', grant.source)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}
