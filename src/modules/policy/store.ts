import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import type { PolicyVersionRow } from './tables.ts'

export type StoredPolicy = Selectable<PolicyVersionRow>
export type PublishedKey = Pick<StoredPolicy, 'name' | 'version' | 'digest'>

export function findPolicy(db: Db, name: string, version: number): Promise<StoredPolicy | undefined> {
  return db
    .selectFrom('policy_version')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
}

export async function lastVersion(db: Db, name: string): Promise<number> {
  const row = await db
    .selectFrom('policy_version')
    .select('version')
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version ?? 0
}

export function listPolicies(db: Db): Promise<StoredPolicy[]> {
  return db.selectFrom('policy_version').selectAll().orderBy('name').orderBy('version', 'desc').execute()
}

/** Which policies apply now, without their texts: the gate asks this every time. */
export const listPublished: (db: Db) => Promise<PublishedKey[]> = prepared((db) =>
  db
    .selectFrom('policy_version')
    .select(['name', 'version', 'digest'])
    .where('state', '=', 'published')
    .orderBy('name'),
)

export async function insertPolicy(tx: Tx, row: PolicyVersionRow): Promise<void> {
  await tx.insertInto('policy_version').values(row).execute()
}

export type PublishedWith = Pick<StoredPolicy, 'test_results' | 'plan'> & { readonly at: string; readonly by: string }

/** Compare-and-set: false when the version is no longer a draft. */
export async function publishDraft(
  tx: Tx,
  name: string,
  version: number,
  { at, by, test_results, plan }: PublishedWith,
): Promise<boolean> {
  const result = await tx
    .updateTable('policy_version')
    .set({ state: 'published', published_at: at, published_by: by, test_results, plan })
    .where('name', '=', name)
    .where('version', '=', version)
    .where('state', '=', 'draft')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Returns the version that was published until now. */
export async function supersede(tx: Tx, name: string): Promise<number | null> {
  const former = await tx
    .selectFrom('policy_version')
    .select('version')
    .where('name', '=', name)
    .where('state', '=', 'published')
    .executeTakeFirst()
  if (!former) return null
  await tx
    .updateTable('policy_version')
    .set({ state: 'superseded' })
    .where('name', '=', name)
    .where('version', '=', former.version)
    .execute()
  return former.version
}
