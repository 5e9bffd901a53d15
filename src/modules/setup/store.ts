import type { Db, Tx } from '../../db/database.ts'

const name = 'set-up'

/** Bookkeeping outside the trail: this database had nobody in it, and the set-up page may ask. */
export async function awaitSetUp(tx: Tx, since: string): Promise<void> {
  const query = tx.insertInto('server_state').values({ name, value: 'awaited', since })
  await query.onConflict((c) => c.column('name').doNothing()).execute()
}

export async function isAwaited(db: Db): Promise<boolean> {
  const row = await db.selectFrom('server_state').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value === 'awaited'
}

/** Compare-and-set: false when it was finished before. */
export async function endSetUp(tx: Tx, since: string): Promise<boolean> {
  const query = tx.updateTable('server_state').set({ value: 'done', since }).where('name', '=', name)
  return (await query.where('value', '=', 'awaited').executeTakeFirst()).numUpdatedRows === 1n
}
