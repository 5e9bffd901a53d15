import type { Db, Tx } from '../../db/database.ts'
import type { Digest } from '../../lib/ids.ts'
import { ChallengeDocument, type SignedChallenge } from './schema.ts'
import type { ChallengeRow } from './tables.ts'

export async function insertChallenge(tx: Tx, row: ChallengeRow): Promise<void> {
  await tx.insertInto('challenge').values(row).execute()
}

export function findChallenge(db: Db, id: string): Promise<ChallengeRow | undefined> {
  return db.selectFrom('challenge').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listChallenges(db: Db, model_id: string): Promise<ChallengeRow[]> {
  return db
    .selectFrom('challenge')
    .selectAll()
    .where('model_id', '=', model_id)
    .orderBy('decided_at', 'desc')
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
}

/** A decision keeps both of its versions. */
export async function challengesOfVersions(db: Db, versions: readonly string[]) {
  const sides = await Promise.all(
    (['champion_id', 'challenger_id'] as const).map((side) =>
      db
        .selectFrom('challenge')
        .select(['id', 'outcome', `${side} as version_id`])
        .where(side, 'in', [...versions])
        .orderBy('id')
        .execute(),
    ),
  )
  return sides.flat()
}

export function toSigned({ document, digest, key_id, signature }: ChallengeRow): SignedChallenge {
  return { document: ChallengeDocument.parse(JSON.parse(document)), digest: digest as Digest, key_id, signature }
}
