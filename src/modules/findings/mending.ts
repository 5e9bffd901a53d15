import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { conflict } from '../../lib/errors.ts'
import type { Actor, Permission } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import { moved, thingsOf, unresolved } from './parts.ts'
import type { Finding, FindingState, PlanInput, VerifyResult } from './schema.ts'
import { type Parties, verifyConflicts } from './separation.ts'
import * as store from './store.ts'
import type { FindingRow } from './tables.ts'

type MendingParts = {
  write: Write
  clock: Clock
  get(actor: Actor, id: string, permission: Permission, from?: Db): Promise<{ row: FindingRow; name: string }>
  partiesOf(row: FindingRow): Promise<Parties>
}

/** From open to closed: a plan, a proof, and a second person. */
export function createMending({ write, clock, get, partiesOf }: MendingParts) {
  function plan(actor: Actor, id: string, input: PlanInput): Promise<Finding> {
    return step(actor, id, ['open', 'in_progress'], { action: 'finding.planned', ...input }, () => ({
      ...input,
      state: 'in_progress',
    }))
  }

  function resolve(actor: Actor, id: string, proof: string): Promise<Finding> {
    return step(actor, id, ['open', 'in_progress'], { action: 'finding.resolved', proof }, (now) => ({
      state: 'resolved',
      proof,
      resolved_by: actor.id,
      resolved_at: now,
    }))
  }

  /** The proof did not hold, or what was mended broke again. The trail keeps who said what before. */
  function reopen(actor: Actor, id: string, reason: string): Promise<Finding> {
    return step(actor, id, ['resolved', 'closed'], { action: 'finding.reopened', reason }, () => ({
      state: 'open',
      ...unresolved,
    }))
  }

  function step(
    actor: Actor,
    id: string,
    from: readonly FindingState[],
    { action, ...detail }: { action: string } & Record<string, string>,
    change: (now: string) => Partial<FindingRow>,
  ): Promise<Finding> {
    return write(actor, async (tx, record) => {
      const { row, name } = await get(actor, id, 'finding.write', tx)
      if (!from.includes(row.state)) throw conflict(`finding ${id} is ${row.state.replace('_', ' ')}`)
      const now = isoNow(clock)
      const set = change(now)
      if (!(await store.changeFinding(tx, id, row.state, set))) throw moved(id)
      record(action, `finding:${id}`, { title: row.title, severity: row.severity, ...detail }, thingsOf(row))
      return store.toFinding({ ...row, ...set }, name, now)
    })
  }

  /** A refusal is an answer, and it is recorded. */
  async function verify(actor: Actor, id: string, note: string): Promise<VerifyResult> {
    const parties = await partiesOf((await get(actor, id, 'review.decide')).row)
    return write(actor, async (tx, record) => {
      const { row, name } = await get(actor, id, 'review.decide', tx)
      if (row.state !== 'resolved') throw conflict(`finding ${id} is ${row.state.replace('_', ' ')}, not resolved`)
      const { title, severity } = row
      const compared = { verifier: actor.id, fixer: row.resolved_by, owner: row.owner }
      const reasons = verifyConflicts(actor, row, parties)
      if (reasons.length > 0) {
        const rules = reasons.map(({ rule }) => rule)
        record('finding.verify_refused', `finding:${id}`, { title, rules, compared }, thingsOf(row))
        return { outcome: 'refused', reasons }
      }
      const now = isoNow(clock)
      const set = { state: 'closed', verification: note, verified_by: actor.id, closed_at: now } as const
      if (!(await store.changeFinding(tx, id, 'resolved', set))) throw moved(id)
      record('finding.closed', `finding:${id}`, { title, severity, note, compared }, thingsOf(row))
      return { outcome: 'closed', finding: store.toFinding({ ...row, ...set }, name, now) }
    })
  }

  return { plan, resolve, reopen, verify }
}
