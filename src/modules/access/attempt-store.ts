import type { Db, Tx } from '../../db/database.ts'
import type { SignInAttemptRow } from './tables.ts'

export type Attempt = SignInAttemptRow
type Where = Pick<Attempt, 'login' | 'address'>

/** The rows of a name and an address: of both together and of each alone. The other half is then the empty text. */
export async function findAttempts(db: Db, login: string, address: string): Promise<Attempt[]> {
  return db
    .selectFrom('sign_in_attempt')
    .selectAll()
    .where('login', 'in', [login, ''])
    .where('address', 'in', [address, ''])
    .execute()
}

/** Bookkeeping outside the trail: one more failure in a row, or the first one after a pause that began before `stale`. */
export async function countFailure(tx: Tx, { login, address }: Where, at: string, stale: string): Promise<void> {
  await tx
    .insertInto('sign_in_attempt')
    .values({ login, address, failures: 1, last_at: at, succeeded_at: null })
    .onConflict((c) =>
      c.columns(['login', 'address']).doUpdateSet((eb) => ({
        failures: eb
          .case()
          .when('sign_in_attempt.last_at', '<', stale)
          .then(1)
          .else(eb('sign_in_attempt.failures', '+', 1))
          .end(),
        last_at: at,
      })),
    )
    .execute()
}

export async function noteSuccess(tx: Tx, { login, address }: Where, at: string): Promise<void> {
  const seen = { failures: 0, last_at: at, succeeded_at: at }
  await tx
    .insertInto('sign_in_attempt')
    .values({ login, address, ...seen })
    .onConflict((c) => c.columns(['login', 'address']).doUpdateSet(seen))
    .execute()
}

export async function forgetLogin(tx: Tx, login: string): Promise<void> {
  await tx.deleteFrom('sign_in_attempt').where('login', '=', login).execute()
}

/** Rows that say nothing any more: failures from before `failedBefore`, successes from before `seenBefore`. */
export async function forgetOld(tx: Tx, failedBefore: string, seenBefore: string): Promise<void> {
  await tx
    .deleteFrom('sign_in_attempt')
    .where('last_at', '<', failedBefore)
    .where((eb) => eb.or([eb('succeeded_at', 'is', null), eb('succeeded_at', '<', seenBefore)]))
    .execute()
}
