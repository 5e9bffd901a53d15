import type { Db, Tx } from '../../db/database.ts'

export async function nextTimes(db: Db): Promise<Map<string, string>> {
  const rows = await db.selectFrom('retention_schedule').selectAll().execute()
  return new Map(rows.map(({ name, next_at }) => [name, next_at]))
}

export async function setNext(tx: Tx, name: string, next_at: string): Promise<void> {
  await tx
    .insertInto('retention_schedule')
    .values({ name, next_at })
    .onConflict((c) => c.column('name').doUpdateSet({ next_at }))
    .execute()
}

export async function dropNext(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('retention_schedule').where('name', '=', name).execute()
}

/** Compare-and-set: of several servers, the one that moves the time on does the work. */
export async function takeTurn(tx: Tx, name: string, due: string, next_at: string): Promise<boolean> {
  const result = await tx
    .updateTable('retention_schedule')
    .set({ next_at })
    .where('name', '=', name)
    .where('next_at', '=', due)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

const defaultGraceDays = 7

export async function graceDays(db: Db): Promise<number> {
  const row = await db.selectFrom('retention_setting').select('grace_days').where('id', '=', 1).executeTakeFirst()
  return row?.grace_days ?? defaultGraceDays
}

export async function setGraceDays(tx: Tx, grace_days: number): Promise<void> {
  await tx
    .insertInto('retention_setting')
    .values({ id: 1, grace_days })
    .onConflict((c) => c.column('id').doUpdateSet({ grace_days }))
    .execute()
}
