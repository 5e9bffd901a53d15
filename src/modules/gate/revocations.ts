import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import type { Envelope } from '../../lib/dsse.ts'
import { AppError, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import { type ActorRef, serverActor } from '../audit/schema.ts'
import { getVersion, modelNames } from '../registry/index.ts'
import { withBreakGlass } from './broken.ts'
import { notMetText } from './path.ts'
import { signRevocations } from './revocation-list.ts'
import * as revocations from './revocations-store.ts'
import type { Revocation, RevocationCause, RevocationInput, VerdictId } from './schema.ts'
import type { GateParts } from './service.ts'
import { lapsed } from './standing.ts'
import * as store from './store.ts'

/** How long a list is good before a newer one has to be asked for. */
const listMs = 3_600_000
/** A verdict that ended this long ago is on no list; clocks may differ by less. */
const keptMs = 600_000

type RevocationParts = Pick<GateParts, 'db' | 'write' | 'clock' | 'key' | 'situations' | 'workspace'>
type Why = { readonly cause: RevocationCause; readonly reason: string }

/**
 * A verdict that let something run holds until its end, unless it is revoked: by a person with a reason, or by the server as
 * soon as the gate would deny what it allowed.
 */
export function createRevocations({ db, write, clock, key, situations, workspace }: RevocationParts) {
  function revoke(actor: Actor, input: RevocationInput): Promise<Revocation[]> {
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const live = await named(tx, actor, input, now)
      if (live.length === 0) throw conflict('no verdict that lets anything run is left to revoke here')
      return insert(tx, record, actor, live, now, () => ({ cause: 'person', reason: input.reason }))
    })
  }

  async function named(tx: Tx, actor: Actor, input: RevocationInput, now: string) {
    switch (input.of) {
      case 'verdict': {
        const row = await store.findVerdict(tx, input.verdict)
        await demand(tx, actor, row?.model_id, ['verdict', input.verdict])
        return revocations.liveVerdicts(tx, now, { ids: [input.verdict] })
      }
      case 'version': {
        const version = await getVersion(tx, input.model, String(input.version))
        await demand(tx, actor, version.model_id, ['version', String(input.version)])
        return revocations.liveVerdicts(tx, now, { version_id: version.id, environment: input.environment })
      }
      case 'decision': {
        const live = await revocations.liveVerdicts(tx, now, { naming: input.decision })
        for (const model of new Set(live.map(({ model_id }) => model_id))) {
          await demand(tx, actor, model, ['decision', input.decision])
        }
        return live
      }
    }
  }

  /** What somebody may not read is not there for them. */
  async function demand(from: Db, actor: Actor, model_id: string | undefined, what: [string, string]): Promise<void> {
    const name = model_id === undefined ? undefined : (await modelNames(from, [model_id])).get(model_id)
    if (name === undefined || !permits(actor, 'registry.read', name)) throw notFound(...what)
    if (!permits(actor, 'review.decide', name)) {
      throw forbidden('this needs the permission review.decide', { permission: 'review.decide' })
    }
  }

  async function insert(
    tx: Tx,
    record: RecordEvent,
    actor: ActorRef,
    live: readonly revocations.LiveVerdict[],
    now: string,
    why: (verdict: revocations.LiveVerdict) => Why,
  ): Promise<Revocation[]> {
    let serial = await revocations.lastSerial(tx)
    const made: Revocation[] = []
    for (const verdict of live) {
      serial++
      const { cause, reason } = why(verdict)
      const { id, model_id, version_id, version, environment } = verdict
      const expires_at = verdict.expires_at ?? now
      const row = { serial, verdict_id: id, model_id, version_id, environment, cause, reason, revoked_by: actor.id }
      await revocations.insertRevocation(tx, { ...row, revoked_at: now, expires_at })
      record('verdict.revoked', `verdict:${id}`, { serial, environment, version, cause, reason }, [
        `model:${model_id}`,
        `version:${version_id}`,
        `environment:${environment}`,
      ])
      made.push({ serial, verdict: id as VerdictId, cause, reason, revoked_by: actor.id, revoked_at: now })
    }
    return made
  }

  /** Revokes what the gate would deny by now. May run twice, and at several servers. */
  async function sweep(): Promise<void> {
    const now = isoNow(clock)
    const denied = await deniedBy(db, await revocations.liveVerdicts(db, now), now)
    if (denied.size === 0) return
    await write(serverActor, async (tx, record) => {
      const live = await revocations.liveVerdicts(tx, now, { ids: [...denied.keys()] })
      if (live.length === 0) throw new NothingLeft()
      await insert(tx, record, serverActor, live, now, ({ id }) => ({
        cause: 'denied',
        reason: denied.get(id) ?? 'The gate denies it by now.',
      }))
    }).catch((error: unknown) => {
      if (!(error instanceof NothingLeft)) throw error
    })
  }

  /** Why the gate would deny a verdict's version in its environment now, by verdict. */
  async function deniedBy(from: Db, live: readonly revocations.LiveVerdict[], now: string) {
    const places = Map.groupBy(live, ({ version_id, environment }) => `${version_id} ${environment}`)
    const denied = new Map<string, string>()
    for (const verdicts of places.values()) {
      const [first] = verdicts
      const reason = first && (await reasonAt(from, first, now))
      if (reason) for (const { id } of verdicts) denied.set(id, reason)
    }
    return denied
  }

  async function reasonAt(from: Db, { version_id, environment }: revocations.LiveVerdict, now: string) {
    try {
      const situation = await withBreakGlass(from, await situations.atVersion(from, version_id, environment, now), now)
      if (situation.assessment.outcome !== 'denied') return undefined
      return `The gate of ${environment} denies it by now: ${lapsed(situation) ?? notMetText(situation.assessment.requirements)}.`
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return `It is gone from ${environment}.`
      throw error
    }
  }

  /** The list as it is now, signed. */
  async function list(): Promise<Envelope> {
    const now = clock.now().getTime()
    const rows = await revocations.revocationsAt(db, new Date(now - keptMs).toISOString())
    return signRevocations(
      {
        format: 'modelkeep-revocations-1',
        workspace,
        serial: await revocations.lastSerial(db),
        issued_at: new Date(now).toISOString(),
        next_update: new Date(now + listMs).toISOString(),
        revoked: rows.map(({ verdict_id, revoked_at, expires_at, cause }) => ({
          verdict: verdict_id as VerdictId,
          revoked_at,
          expires_at,
          cause,
        })),
      },
      key,
    )
  }

  return { revoke, sweep, list }
}

/** Another server has done it: thrown inside the write, so that it is undone. */
class NothingLeft extends Error {}
