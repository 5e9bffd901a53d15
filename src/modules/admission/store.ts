import type { Db, Tx } from '../../db/database.ts'
import type { AdmissionRules } from './schema.ts'

/** What somebody has set; other environments have the rules that everything begins with. */
export async function listRules(db: Db): Promise<AdmissionRules[]> {
  const rows = await db.selectFrom('admission_rules').selectAll().orderBy('environment').execute()
  return rows.map((row) => ({ ...row, namespaces: JSON.parse(row.namespaces) as string[] }))
}

export async function putRules(tx: Tx, { environment, ...rules }: AdmissionRules): Promise<void> {
  const set = { ...rules, namespaces: JSON.stringify(rules.namespaces) }
  await tx
    .insertInto('admission_rules')
    .values({ environment, ...set })
    .onConflict((c) => c.column('environment').doUpdateSet(set))
    .execute()
}
