import type { Db, Tx } from '../../db/database.ts'

/** Which versions evidence was collected of, and the examinations that are still going on. */
export async function evidenceOfVersions(db: Db, versions: readonly string[]) {
  return db
    .selectFrom('evidence')
    .select(['id', 'version_id', 'kind'])
    .where('version_id', 'in', [...versions])
    .orderBy('id')
    .execute()
}

export async function openEvaluationsOf(db: Db, versions: readonly string[]) {
  return db
    .selectFrom('evaluation')
    .select(['id', 'version_id'])
    .where('version_id', 'in', [...versions])
    .where('state', 'in', ['queued', 'running'])
    .orderBy('id')
    .execute()
}

/** Examinations that ended without evidence go with their version. */
export async function removeEvaluationsOf(tx: Tx, versions: readonly string[]): Promise<void> {
  await tx
    .deleteFrom('evaluation_finding')
    .where('evaluation_id', 'in', (of) =>
      of
        .selectFrom('evaluation')
        .select('id')
        .where('version_id', 'in', [...versions]),
    )
    .execute()
  await tx
    .deleteFrom('evaluation')
    .where('version_id', 'in', [...versions])
    .execute()
}

export async function removeProtocolsOf(tx: Tx, model: string): Promise<void> {
  await tx.deleteFrom('protocol_version').where('model_id', '=', model).execute()
}

/** The texts of evidence, a page at a time, for whoever asks which bytes they name. */
export async function evidenceTextsAfter(db: Db, after: string, limit: number) {
  const rows = await db
    .selectFrom('evidence')
    .select(['id', 'inputs', 'parameters', 'result'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, inputs, parameters, result }) => ({ id, text: `${inputs} ${parameters} ${result}` }))
}

export async function evaluationTextsAfter(db: Db, after: string, limit: number) {
  return db
    .selectFrom('evaluation')
    .select(['id', 'dataset_digest as text'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}
