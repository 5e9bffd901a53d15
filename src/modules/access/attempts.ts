import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import { AppError } from '../../lib/errors.ts'
import { networkOf } from '../../lib/network.ts'
import * as store from './attempt-store.ts'

/** After `free` failures in a row each further one doubles the wait, up to `longest` seconds. */
type Patience = { free: number; longest: number }

/** Somebody who mistypes; whoever it is waits alone. */
const ofBoth: Patience = { free: 5, longest: 900 }
/** One address that tries many names. */
const ofAddress: Patience = { free: 30, longest: 900 }
/** Many addresses that try one name. */
const ofLogin: Patience = { free: 50, longest: 60 }

const hour = 3_600_000
/** How long failures count, and how long an address is known that signed in as somebody, in milliseconds. */
const countedFor = hour
const knownFor = 30 * 24 * hour

type Parts = { db: Db; commit: Commit; clock: Clock }

export type Attempts = ReturnType<typeof createAttempts>

/**
 * Slows down whoever guesses passwords, by name and address. Rows, because servers over one database share them. An address from
 * which somebody signed in lately waits for its own failures with this name only, so that no one is locked out by the guesses of
 * others. Names are kept as digests: people type passwords into the wrong field.
 */
export function createAttempts({ db, commit, clock }: Parts) {
  const keyOf = (login: string) => sha256(`sign-in ${login}`)
  const now = () => clock.now().getTime()

  /** Throws while this name must wait at this address; the same for names that nobody has. */
  async function demandPatience(login: string, from: string): Promise<store.Attempt[]> {
    const address = networkOf(from)
    const key = keyOf(login)
    const rows = await store.findAttempts(db, key, address)
    const both = rows.find((row) => row.login === key && row.address === address)
    const isKnown = both?.succeeded_at != null && Date.parse(both.succeeded_at) > now() - knownFor
    const left = Math.max(
      ...rows.map((row) => {
        if (row === both) return waitOf(row, ofBoth)
        return isKnown ? 0 : waitOf(row, row.login === key ? ofLogin : ofAddress)
      }),
      0,
    )
    if (left > 0) {
      throw new AppError('too_many_requests', `too many failed sign-ins; try again in ${left} s`, { retry_after: left })
    }
    return rows
  }

  function waitOf({ failures, last_at }: store.Attempt, { free, longest }: Patience): number {
    const since = now() - Date.parse(last_at)
    if (failures < free || since > countedFor) return 0
    return Math.ceil((Math.min(2 ** (failures - free), longest) * 1000 - since) / 1000)
  }

  async function failed(login: string, from: string): Promise<void> {
    const address = networkOf(from)
    const key = keyOf(login)
    const stale = new Date(now() - countedFor).toISOString()
    await commit(async (tx) => {
      for (const where of [
        { login: key, address },
        { login: key, address: '' },
        { login: '', address },
      ]) {
        await store.countFailure(tx, where, isoNow(clock), stale)
      }
      await store.forgetOld(tx, stale, new Date(now() - knownFor).toISOString())
    })
  }

  /** Basic sends a password with every request, so a success is written down once a day. */
  async function succeeded(login: string, from: string, rows: readonly store.Attempt[]): Promise<void> {
    const address = networkOf(from)
    const key = keyOf(login)
    const both = rows.find((row) => row.login === key && row.address === address)
    const isFresh = both?.succeeded_at != null && Date.parse(both.succeeded_at) > now() - 24 * hour
    if (both && both.failures === 0 && isFresh) return
    await commit((tx) => store.noteSuccess(tx, { login: key, address }, isoNow(clock)))
  }

  return {
    /** Tries a password for a name at an address: waits, failures and successes are counted. */
    async guard<T>(login: string, from: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
      const rows = await demandPatience(login, from)
      const found = await check()
      if (found === undefined) await failed(login, from)
      else await succeeded(login, from, rows)
      return found
    },
    /** Inside the write that resets a password. */
    forget: (tx: Tx, login: string) => store.forgetLogin(tx, keyOf(login)),
  }
}
