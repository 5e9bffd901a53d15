import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { PersonId, TokenId } from '../audit/schema.ts'
import { acquaint } from './acquaintance-store.ts'
import { heldGrants } from './held.ts'
import type { GrantInput, HeldGrant, Permission, Person, Token } from './schema.ts'
import type { PersonRow, TokenRow } from './tables.ts'

const everyModel = ''

function toPerson(row: Selectable<PersonRow>, grants: HeldGrant[]): Person {
  return {
    id: row.id as PersonId,
    login: row.login,
    name: row.name,
    kind: row.kind,
    grants,
    created_at: row.created_at,
    disabled_at: row.disabled_at,
  }
}

function toToken(row: Selectable<TokenRow>): Token {
  const { hash: _, previous_hash: __, person_id, scopes, id, ...rest } = row
  return {
    ...rest,
    id: id as TokenId,
    person: person_id as PersonId,
    scopes: scopes === null ? null : (JSON.parse(scopes) as Permission[]),
  }
}

export async function listPeople(db: Db, workspace: string): Promise<Person[]> {
  const people = await db.selectFrom('person').selectAll().orderBy('login').execute()
  const grants = await heldGrants(db, workspace)
  return people.map((row) => toPerson(row, grants.get(row.id) ?? []))
}

async function withGrants(db: Db, workspace: string, row: Selectable<PersonRow> | undefined) {
  if (!row) return undefined
  return toPerson(row, (await heldGrants(db, workspace, row.id)).get(row.id) ?? [])
}

export async function findPerson(db: Db, workspace: string, id: PersonId): Promise<Person | undefined> {
  return withGrants(db, workspace, await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst())
}

export async function findPersonByLogin(db: Db, login: string) {
  return db.selectFrom('person').selectAll().where('login', '=', login).executeTakeFirst()
}

export async function findPasswordHash(db: Db, id: PersonId): Promise<string | null> {
  const row = await db.selectFrom('person').select('password_hash').where('id', '=', id).executeTakeFirst()
  return row?.password_hash ?? null
}

export async function insertPerson(tx: Tx, row: PersonRow): Promise<void> {
  await tx.insertInto('person').values(row).execute()
}

export async function setPassword(tx: Tx, id: PersonId, passwordHash: string): Promise<void> {
  await tx.updateTable('person').set({ password_hash: passwordHash }).where('id', '=', id).execute()
}

export async function introducePerson(
  tx: Tx,
  id: PersonId,
  set: Pick<PersonRow, 'login' | 'name' | 'password_hash'>,
): Promise<void> {
  await tx.updateTable('person').set(set).where('id', '=', id).execute()
}

export async function disablePerson(tx: Tx, id: PersonId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('person')
    .set({ disabled_at: at })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function enablePerson(tx: Tx, id: PersonId): Promise<boolean> {
  const result = await tx
    .updateTable('person')
    .set({ disabled_at: null })
    .where('id', '=', id)
    .where('disabled_at', 'is not', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function addGrant(tx: Tx, workspace: string, id: PersonId, grant: GrantInput): Promise<boolean> {
  const result = await tx
    .insertInto('person_grant')
    .values({ person_id: id, workspace, role: grant.role, model: grant.model ?? everyModel, source: null })
    // A role that a group gave becomes one that stays without the group.
    .onConflict((c) =>
      c
        .columns(['person_id', 'workspace', 'role', 'model'])
        .doUpdateSet({ source: null })
        .where('person_grant.source', 'is not', null),
    )
    .executeTakeFirst()
  await acquaint(tx, workspace, id)
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function removeGrant(tx: Tx, workspace: string, id: PersonId, grant: GrantInput): Promise<boolean> {
  const result = await tx
    .deleteFrom('person_grant')
    .where('person_id', '=', id)
    .where('workspace', '=', workspace)
    .where('role', '=', grant.role)
    .where('model', '=', grant.model ?? everyModel)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function countAdministrators(db: Db, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('person_grant')
    .innerJoin('person', 'person.id', 'person_grant.person_id')
    .where('person_grant.workspace', '=', workspace)
    .where('person_grant.role', '=', 'administrator')
    .where('person_grant.model', '=', everyModel)
    .where('person.disabled_at', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirst()
  return row?.n ?? 0
}

export async function insertToken(tx: Tx, row: TokenRow): Promise<Token> {
  await tx.insertInto('token').values(row).execute()
  return toToken(row)
}

export async function listTokens(db: Db, person?: PersonId): Promise<Token[]> {
  const query = db.selectFrom('token').selectAll().orderBy('created_at', 'desc').orderBy('id')
  const rows = await (person ? query.where('person_id', '=', person) : query).execute()
  return rows.map(toToken)
}

export async function findToken(db: Db, id: TokenId): Promise<Token | undefined> {
  const row = await db.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toToken(row)
}

/** By the secret of today, or by the one before the last rotation. */
export async function findTokenByHash(
  db: Db,
  hash: string,
): Promise<{ token: Token; isPrevious: boolean } | undefined> {
  const query = db.selectFrom('token').selectAll()
  const row =
    (await query.where('hash', '=', hash).executeTakeFirst()) ??
    (await query.where('previous_hash', '=', hash).executeTakeFirst())
  return row && { token: toToken(row), isPrevious: row.hash !== hash }
}

type Rotated = {
  hash: string
  hint: string
  previous_hash: string
  previous_until: string
  expires_at: string
  rotated_at: string
}

/** Compare-and-set on the secret that is replaced. */
export async function rotateToken(tx: Tx, id: TokenId, set: Rotated): Promise<boolean> {
  const result = await tx
    .updateTable('token')
    .set(set)
    .where('id', '=', id)
    .where('hash', '=', set.previous_hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function findTokenHash(db: Db, id: TokenId): Promise<string | undefined> {
  return (await db.selectFrom('token').select('hash').where('id', '=', id).executeTakeFirst())?.hash
}

export async function revokeToken(tx: Tx, id: TokenId, at: string): Promise<boolean> {
  const result = await tx
    .updateTable('token')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The number of tokens that were in use. */
export async function revokeTokensOf(tx: Tx, id: PersonId, at: string): Promise<number> {
  const result = await tx
    .updateTable('token')
    .set({ revoked_at: at })
    .where('person_id', '=', id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Bookkeeping outside the trail: when a token was used last, to the minute. */
export async function touchToken(tx: Tx, id: TokenId, at: string): Promise<void> {
  await tx.updateTable('token').set({ last_used_at: at }).where('id', '=', id).execute()
}

export async function findFailures(db: Db, login: string) {
  return db.selectFrom('sign_in_failure').selectAll().where('login', '=', login).executeTakeFirst()
}

/** Bookkeeping outside the trail: how often signing in as this name failed in a row. */
export async function countFailure(tx: Tx, login: string, at: string): Promise<void> {
  await tx
    .insertInto('sign_in_failure')
    .values({ login, failures: 1, last_at: at })
    .onConflict((c) =>
      c.column('login').doUpdateSet((eb) => ({ failures: eb('sign_in_failure.failures', '+', 1), last_at: at })),
    )
    .execute()
}

export async function clearFailures(tx: Tx, login: string): Promise<void> {
  await tx.deleteFrom('sign_in_failure').where('login', '=', login).execute()
}

/** Workspaces in which somebody holds the administrator's role as a whole. */
export async function administeredBy(db: Db, id: PersonId): Promise<string[]> {
  const rows = await db
    .selectFrom('person_grant')
    .select('workspace')
    .where('person_id', '=', id)
    .where('role', '=', 'administrator')
    .where('model', '=', everyModel)
    .orderBy('workspace')
    .execute()
  return rows.map((row) => row.workspace)
}

export async function removeGrantsIn(tx: Tx, workspace: string): Promise<void> {
  await tx.deleteFrom('person_grant').where('workspace', '=', workspace).execute()
  await tx.deleteFrom('custom_role').where('workspace', '=', workspace).execute()
  await tx.deleteFrom('auditor_seat').where('workspace', '=', workspace).execute()
  await tx.deleteFrom('workspace_account').where('workspace', '=', workspace).execute()
}
