import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import type { PersonId } from '../audit/schema.ts'
import * as store from './store.ts'

const lifetime = 10 * 60_000

export type Step<T> = { person: PersonId | null; data: T; expires_at: string }
type Parts = { db: Db; commit: Commit; clock: Clock; box: () => Promise<SecretBox> }

/**
 * What waits for the browser to come back: it has a secret in a cookie, the database the hash of it and the sealed rest. A step
 * ends after ten minutes, and is taken once.
 */
export function createSteps({ db, commit, clock, box }: Parts) {
  const idOf = (kind: string, secret: string) => sha256(`${kind}:${secret}`)

  /** `secret` binds the step to something that the browser has already, such as its session. */
  async function begin(
    kind: string,
    data: unknown,
    {
      person = null,
      secret = randomBytes(32).toString('base64url'),
    }: { person?: PersonId | null; secret?: string } = {},
  ): Promise<{ secret: string; expires_at: string }> {
    const id = idOf(kind, secret)
    const expires_at = new Date(clock.now().getTime() + lifetime).toISOString()
    const sealed = (await box()).seal(`step:${id}`, JSON.stringify(data))
    const row = { id, kind, person_id: person, data: sealed, expires_at }
    await commit((tx) => store.insertStep(tx, row, isoNow(clock)))
    return { secret, expires_at }
  }

  async function read<S extends z.ZodType>(
    kind: string,
    secret: string,
    schema: S,
  ): Promise<Step<z.infer<S>> | undefined> {
    const id = idOf(kind, secret)
    const row = await store.findStep(db, id, kind, isoNow(clock))
    if (!row) return undefined
    const data = schema.parse(JSON.parse((await box()).open(`step:${id}`, row.data)))
    return { person: row.person_id as PersonId | null, data, expires_at: row.expires_at }
  }

  async function take<S extends z.ZodType>(kind: string, secret: string, schema: S) {
    const step = await read(kind, secret, schema)
    return step && (await end(kind, secret)) ? step : undefined
  }

  const end = (kind: string, secret: string) => commit((tx) => store.deleteStep(tx, idOf(kind, secret)))

  return { begin, read, take, end }
}
export type Steps = ReturnType<typeof createSteps>
