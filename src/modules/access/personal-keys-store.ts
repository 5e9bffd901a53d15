import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { PersonalKey, PersonalKeyId } from './schema.ts'
import type { PersonalKeyRow } from './tables.ts'

const toKey = ({ id, person_id, ...row }: PersonalKeyRow): PersonalKey => ({
  ...row,
  id: id as PersonalKeyId,
  person: person_id as PersonId,
})

/** Newest first, those that were revoked too. */
export async function listKeys(db: Db, person: PersonId): Promise<PersonalKey[]> {
  const rows = await db
    .selectFrom('personal_key')
    .selectAll()
    .where('person_id', '=', person)
    .orderBy('enrolled_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(toKey)
}

/** A key that counts now. */
export async function findKey(db: Db, person: PersonId, keyId: string): Promise<PersonalKey | undefined> {
  const row = await db
    .selectFrom('personal_key')
    .selectAll()
    .where('person_id', '=', person)
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row && toKey(row)
}

/** False when somebody has enrolled this key before: a key is one person's. */
export async function insertKey(tx: Tx, { person, ...key }: PersonalKey): Promise<boolean> {
  const result = await tx
    .insertInto('personal_key')
    .values({ ...key, person_id: person })
    .onConflict((c) => c.column('key_id').doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Compare-and-set: false when it is revoked already, or somebody else's. */
export async function revokeKey(tx: Tx, person: PersonId, id: PersonalKeyId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('personal_key')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('person_id', '=', person)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
