import type { Db } from '../../db/database.ts'

/** Verdicts keep the version that they are about. */
export async function verdictsOfVersions(db: Db, versions: readonly string[]) {
  return db
    .selectFrom('verdict')
    .select(['id', 'version_id', 'environment', 'outcome'])
    .where('version_id', 'in', [...versions])
    .orderBy('id')
    .execute()
}

/** What verdicts say, a page at a time, for whoever asks which bytes they name. */
export async function verdictTextsAfter(db: Db, after: string, limit: number) {
  return db
    .selectFrom('verdict')
    .select(['id', 'body as text'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}
