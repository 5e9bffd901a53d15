import type { Db, Tx } from '../../db/database.ts'
import type { RuleInput } from './schema.ts'
import type { RuleRow } from './tables.ts'

export type StoredRule = Omit<RuleRow, 'document'> & { input: RuleInput }

const toRule = ({ document, ...row }: RuleRow): StoredRule => ({ ...row, input: JSON.parse(document) as RuleInput })

export async function insertRule(tx: Tx, { input, ...row }: StoredRule): Promise<void> {
  await tx
    .insertInto('retention_rule')
    .values({ ...row, document: JSON.stringify(input) })
    .execute()
}

const newest = (db: Db) =>
  db
    .selectFrom('retention_rule as r')
    .selectAll('r')
    .where('r.version', '=', (eb) =>
      eb
        .selectFrom('retention_rule as n')
        .select(({ fn }) => fn.max('n.version').as('version'))
        .whereRef('n.id', '=', 'r.id'),
    )

export async function findRule(db: Db, id: string): Promise<StoredRule | undefined> {
  const row = await newest(db).where('r.id', '=', id).executeTakeFirst()
  return row && toRule(row)
}

export async function findRuleVersion(db: Db, id: string, version: number): Promise<StoredRule | undefined> {
  const row = await db
    .selectFrom('retention_rule')
    .selectAll()
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && toRule(row)
}

/** Every rule that stands, oldest first. */
export async function listRules(db: Db): Promise<StoredRule[]> {
  const rows = await newest(db).where('r.state', '!=', 'removed').orderBy('r.id').execute()
  return rows.map(toRule)
}

export async function listVersions(db: Db, id: string): Promise<StoredRule[]> {
  const rows = await db
    .selectFrom('retention_rule')
    .selectAll()
    .where('id', '=', id)
    .orderBy('version', 'desc')
    .execute()
  return rows.map(toRule)
}
