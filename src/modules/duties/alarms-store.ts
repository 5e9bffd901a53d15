import type { Db, Tx } from '../../db/database.ts'
import type { DutyAlarmRow } from './tables.ts'

export function openAlarms(db: Db): Promise<DutyAlarmRow[]> {
  return db.selectFrom('duty_alarm').selectAll().where('cleared_at', 'is', null).orderBy('id', 'desc').execute()
}

export async function insertAlarm(tx: Tx, row: DutyAlarmRow): Promise<void> {
  await tx.insertInto('duty_alarm').values(row).execute()
}

/** False when it is cleared already. */
export async function clearAlarm(tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('duty_alarm')
    .set({ cleared_at: at })
    .where('id', '=', id)
    .where('cleared_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function nextWatch(db: Db): Promise<string | undefined> {
  const row = await db.selectFrom('duty_watch').select('next_at').where('id', '=', 1).executeTakeFirst()
  return row?.next_at
}

/** Compare-and-set: of several servers, the one that moves the time on does the work. */
export async function takeWatch(tx: Tx, due: string | undefined, next_at: string): Promise<boolean> {
  if (due === undefined) {
    const made = await tx
      .insertInto('duty_watch')
      .values({ id: 1, next_at })
      .onConflict((c) => c.doNothing())
      .executeTakeFirst()
    return (made.numInsertedOrUpdatedRows ?? 0n) > 0n
  }
  const result = await tx
    .updateTable('duty_watch')
    .set({ next_at })
    .where('id', '=', 1)
    .where('next_at', '=', due)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
