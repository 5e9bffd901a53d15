import type { Db, Tx } from '../../db/database.ts'

/** Reviews that were ever asked for, withdrawn ones too, and decisions: both keep what they are about. */
export async function reviewsOfVersions(db: Db, versions: readonly string[]) {
  return db
    .selectFrom('review')
    .select(['id', 'version_id', 'environment', 'state'])
    .where('version_id', 'in', [...versions])
    .orderBy('id')
    .execute()
}

export async function decisionsOfVersions(db: Db, versions: readonly string[]) {
  return db
    .selectFrom('decision')
    .select(['id', 'review_id', 'version_id', 'environment', 'outcome'])
    .where('version_id', 'in', [...versions])
    .orderBy('id')
    .execute()
}

/** What was looked at, a page at a time, for whoever asks which bytes it names. */
export async function reviewTextsAfter(db: Db, after: string, limit: number) {
  return db
    .selectFrom('review')
    .select(['id', 'scope as text'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function decisionTextsAfter(db: Db, after: string, limit: number) {
  return db
    .selectFrom('decision')
    .select(['id', 'document as text'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function removeWaivers(tx: Tx, versions: readonly string[]): Promise<void> {
  for (const table of ['scan_waiver', 'requirement_waiver'] as const) {
    await tx
      .deleteFrom(table)
      .where('version_id', 'in', [...versions])
      .execute()
  }
}
