import type { Db } from '../../db/database.ts'

/** Which of these digests a dataset version has. */
export async function datasetDigestsInUse(db: Db, digests: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('dataset_version')
    .select('digest')
    .distinct()
    .where('digest', 'in', [...digests])
    .execute()
  return new Set(rows.map(({ digest }) => digest))
}

export async function totalDatasets(db: Db): Promise<{ files: number; bytes: number }> {
  const row = await db
    .selectFrom('dataset_version')
    .select(({ fn }) => [fn.countAll<number>().as('files'), fn.sum<number | null>('size').as('bytes')])
    .executeTakeFirstOrThrow()
  return { files: Number(row.files), bytes: Number(row.bytes ?? 0) }
}
