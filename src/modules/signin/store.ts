import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type { SecondFactorRule } from './schema.ts'
import { SecondFactorRule as Rule } from './schema.ts'
import type { PasskeyRow, RecoveryCodeRow, SignInStepRow, TotpRow } from './tables.ts'

/** Steps are bookkeeping outside the trail: they end after minutes and change nothing by themselves. */
export async function insertStep(tx: Tx, row: SignInStepRow, now: string): Promise<void> {
  await tx.deleteFrom('sign_in_step').where('expires_at', '<=', now).execute()
  await tx.deleteFrom('sign_in_step').where('id', '=', row.id).execute()
  await tx.insertInto('sign_in_step').values(row).execute()
}

export async function findStep(db: Db, id: string, kind: string, now: string) {
  const query = db.selectFrom('sign_in_step').selectAll().where('id', '=', id).where('kind', '=', kind)
  return query.where('expires_at', '>', now).executeTakeFirst()
}

/** False when somebody else was quicker: a step is taken once. */
export async function deleteStep(tx: Tx, id: string): Promise<boolean> {
  return (await tx.deleteFrom('sign_in_step').where('id', '=', id).executeTakeFirst()).numDeletedRows === 1n
}

export async function findTotp(db: Db, id: PersonId): Promise<Selectable<TotpRow> | undefined> {
  return db.selectFrom('totp').selectAll().where('person_id', '=', id).executeTakeFirst()
}

/** Takes the place of one that was never confirmed; false when there is one in use. */
export async function offerTotp(tx: Tx, row: TotpRow): Promise<boolean> {
  await tx.deleteFrom('totp').where('person_id', '=', row.person_id).where('confirmed_at', 'is', null).execute()
  const query = tx.insertInto('totp').values(row)
  const result = await query.onConflict((c) => c.column('person_id').doNothing()).executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function confirmTotp(tx: Tx, id: PersonId, at: string): Promise<boolean> {
  const query = tx.updateTable('totp').set({ confirmed_at: at }).where('person_id', '=', id)
  return (await query.where('confirmed_at', 'is', null).executeTakeFirst()).numUpdatedRows === 1n
}

/** Compare-and-set: false for a time step that was used before. */
export async function takeTotpStep(tx: Tx, id: PersonId, step: number): Promise<boolean> {
  const query = tx.updateTable('totp').set({ last_step: step }).where('person_id', '=', id)
  return (await query.where('last_step', '<', step).executeTakeFirst()).numUpdatedRows === 1n
}

export async function deleteTotp(tx: Tx, id: PersonId): Promise<boolean> {
  return (await tx.deleteFrom('totp').where('person_id', '=', id).executeTakeFirst()).numDeletedRows === 1n
}

export async function replaceRecoveryCodes(tx: Tx, id: PersonId, rows: RecoveryCodeRow[]): Promise<void> {
  await tx.deleteFrom('recovery_code').where('person_id', '=', id).execute()
  if (rows.length > 0) await tx.insertInto('recovery_code').values(rows).execute()
}

export async function countRecoveryCodes(db: Db, id: PersonId): Promise<number> {
  const query = db.selectFrom('recovery_code').select((eb) => eb.fn.countAll<number>().as('n'))
  const row = await query.where('person_id', '=', id).where('used_at', 'is', null).executeTakeFirst()
  return row?.n ?? 0
}

export async function takeRecoveryCode(tx: Tx, id: PersonId, hash: string, at: string): Promise<boolean> {
  const query = tx.updateTable('recovery_code').set({ used_at: at }).where('person_id', '=', id)
  const result = await query.where('hash', '=', hash).where('used_at', 'is', null).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function listPasskeys(db: Db, id: PersonId): Promise<Selectable<PasskeyRow>[]> {
  return db.selectFrom('passkey').selectAll().where('person_id', '=', id).orderBy('created_at').orderBy('id').execute()
}

export async function findPasskey(db: Db, credential: string): Promise<Selectable<PasskeyRow> | undefined> {
  return db.selectFrom('passkey').selectAll().where('credential', '=', credential).executeTakeFirst()
}

export async function insertPasskey(tx: Tx, row: PasskeyRow): Promise<boolean> {
  const query = tx.insertInto('passkey').values(row)
  const result = await query.onConflict((c) => c.column('credential').doNothing()).executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Bookkeeping outside the trail. Compare-and-set: an answer that was sent before finds another counter. */
export async function countPasskeyUse(tx: Tx, id: string, from: number, to: number, at: string): Promise<boolean> {
  const query = tx.updateTable('passkey').set({ counter: to, last_used_at: at }).where('id', '=', id)
  const result = await query.where('counter', '=', from).where('suspended_at', 'is', null).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function suspendPasskey(tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('passkey').set({ suspended_at: at }).where('id', '=', id).execute()
}

export async function renamePasskey(tx: Tx, person: PersonId, id: string, name: string): Promise<boolean> {
  const query = tx.updateTable('passkey').set({ name }).where('id', '=', id).where('person_id', '=', person)
  return (await query.executeTakeFirst()).numUpdatedRows === 1n
}

export async function deletePasskey(tx: Tx, person: PersonId, id: string): Promise<boolean> {
  const query = tx.deleteFrom('passkey').where('id', '=', id).where('person_id', '=', person)
  return (await query.executeTakeFirst()).numDeletedRows === 1n
}

/** Takes every second factor away, and says whether there was one. */
export async function deleteFactors(tx: Tx, id: PersonId): Promise<boolean> {
  let had = false
  for (const table of ['totp', 'passkey', 'recovery_code'] as const) {
    const result = await tx.deleteFrom(table).where('person_id', '=', id).executeTakeFirst()
    had ||= result.numDeletedRows > 0n
  }
  return had
}

const everyRole = ''

export async function findRule(db: Db, workspace: string): Promise<SecondFactorRule> {
  const rows = await db
    .selectFrom('second_factor_rule')
    .select('role')
    .where('workspace', '=', workspace)
    .orderBy('role')
    .execute()
  const roles = rows.map(({ role }) => role)
  return Rule.parse({ everyone: roles.includes(everyRole), roles: roles.filter((role) => role !== everyRole) })
}

export async function replaceRule(tx: Tx, workspace: string, { everyone, roles }: SecondFactorRule): Promise<void> {
  await tx.deleteFrom('second_factor_rule').where('workspace', '=', workspace).execute()
  const rows = [...new Set([...(everyone ? [everyRole] : []), ...roles])].map((role) => ({ workspace, role }))
  if (rows.length > 0) await tx.insertInto('second_factor_rule').values(rows).execute()
}

/** Whether a rule asks for a second factor: for everyone in `whole`, or for a role that the person holds where it says so. */
export async function isDemanded(db: Db, id: PersonId, whole: string): Promise<boolean> {
  const rules = await db.selectFrom('second_factor_rule').selectAll().execute()
  if (rules.length === 0) return false
  if (rules.some(({ workspace, role }) => workspace === whole && role === everyRole)) return true
  const held = await db.selectFrom('person_grant').select(['workspace', 'role']).where('person_id', '=', id).execute()
  return held.some((grant) =>
    rules.some((rule) => rule.workspace === grant.workspace && (rule.role === everyRole || rule.role === grant.role)),
  )
}
