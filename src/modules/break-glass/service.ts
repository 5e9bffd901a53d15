import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import type { Findings } from '../findings/index.ts'
import { findEnvironment, findVersionById, getModel, getVersion, modelNames } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import type {
  BreakGlass,
  BreakGlassInput,
  BreakGlassQuery,
  BreakGlassReason,
  BreakGlassResult,
  BreakGlassRules,
  BreakGlassRulesInput,
} from './schema.ts'
import * as store from './store.ts'
import type { BreakGlassRow } from './tables.ts'

type Question = { model: string; version: number; environment: string }
type Reasons = { rule: string; message: string }[]

export type BreakGlassParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly findings: Pick<Findings, 'openIn'>
  readonly gate: {
    look(actor: Actor, question: Question): Promise<{ proceed: boolean }>
    askIn(tx: Tx, record: RecordEvent, actor: Actor, question: Question): Promise<{ id: string }>
  }
  /** What separation of duties says against somebody who would decide about a version that `requester` asked for. */
  readonly conflictsAbout: (actor: Actor, version: ModelVersion, requester: PersonId) => Promise<Reasons>
}

export type BreakGlasses = ReturnType<typeof createBreakGlass>

const hour = 3_600_000
/** How long after its end the finding of a break-glass is due. */
const reviewTime = 48 * hour

/**
 * Breaking the glass: what the gate denies runs for some hours, because two people say so. Whoever asks may have made the
 * version; whoever confirms may not, and administrators are no exception.
 */
export function createBreakGlass({ db, write, clock, findings, gate, conflictsAbout }: BreakGlassParts) {
  const inHours = (hours: number) => new Date(clock.now().getTime() + hours * hour).toISOString()

  async function request(actor: Actor, input: BreakGlassInput): Promise<BreakGlassResult> {
    const { model, version: number, environment, reason } = input
    const version = await getVersion(db, model, number)
    if (actor.kind !== 'person' || actor.id === 'server') {
      return refusedBecause('person', 'A person breaks the glass; this is a service account.')
    }
    const requested_by = actor.id
    const place = await findEnvironment(db, environment)
    if (!place) throw notFound('environment', environment)
    const longest = await longestIn(db, environment)
    if (longest === 0) throw conflict(`nobody breaks the glass of ${environment}: it permits 0 hours`)
    const hours = input.hours ?? longest
    if (hours > longest) throw badRequest(`${environment} permits ${longest} hours, not ${hours}`)
    await demandDenial(actor, { model, version: number, environment })
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const open = await store.findOpen(tx, version.id, environment, now)
      if (open) throw conflict(`${open.id} is ${store.stateOf(open, now)} for this version already`)
      const row: BreakGlassRow = {
        id: newId('brk', clock.now().getTime()),
        model_id: version.model_id,
        version_id: version.id,
        version: number,
        environment,
        reason,
        hours,
        requested_by,
        requested_at: now,
        lapses_at: inHours(longest),
        ...unconfirmed,
      }
      await store.insertBreakGlass(tx, row)
      record('break_glass.requested', `break_glass:${row.id}`, { environment, reason, hours }, thingsOf(row))
      return { outcome: 'recorded', break_glass: store.toBreakGlass(row, model, now, false) }
    })
  }

  async function demandDenial(actor: Actor, question: Question): Promise<void> {
    if (!(await gate.look(actor, question)).proceed) return
    const { model, version, environment } = question
    throw conflict(`the gate of ${environment} stops nothing here: ${model} version ${version} goes through as it is`)
  }

  async function confirm(actor: Actor, id: string, { reason }: BreakGlassReason): Promise<BreakGlassResult> {
    const { row, name } = await get(actor, id, ['review.decide'])
    const version = await findVersionById(db, row.version_id as VersionId)
    if (!version) throw notFound('version', row.version_id)
    const reasons = await conflictsAbout(actor, version, row.requested_by as PersonId)
    if (reasons.length > 0) return refuse(actor, row, reasons.map(inOurWords))
    const { environment } = row
    await demandDenial(actor, { model: name, version: row.version, environment })
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const state = store.stateOf((await store.findBreakGlass(tx, id)) ?? row, now)
      if (state !== 'requested') throw conflict(`${id} is ${state}`)
      const until = inHours(row.hours)
      const finding = await findings.openIn(tx, record, actor, {
        ...{ model_id: row.model_id, version_id: row.version_id, version: row.version },
        title: `The glass of ${environment} was broken for version ${row.version}`,
        description: `Asked for because: ${row.reason}\n\nConfirmed because: ${reason}\n\nSay what was done, and what makes it unnecessary next time.`,
        severity: 'high',
        owner: row.requested_by,
        due_at: new Date(Date.parse(until) + reviewTime).toISOString(),
      })
      const confirmed = {
        confirmed_by: actor.id,
        confirmed_at: now,
        confirm_reason: reason,
        until,
        finding_id: finding.id,
      }
      if (!(await store.confirm(tx, id, confirmed))) throw conflict(`${id} changed meanwhile; look at it again`)
      const about: Thing[] = [...thingsOf(row), `finding:${finding.id}`]
      record('break_glass.confirmed', `break_glass:${id}`, { environment, reason, until }, about)
      const verdict = await gate.askIn(tx, record, actor, { model: name, version: row.version, environment })
      await store.setVerdict(tx, id, verdict.id)
      const after = { ...row, ...confirmed, verdict_id: verdict.id }
      return { outcome: 'recorded', break_glass: store.toBreakGlass(after, name, now, false) }
    })
  }

  /** Takes a request back, or ends what runs before its time. */
  async function end(actor: Actor, id: string, { reason }: BreakGlassReason): Promise<BreakGlass> {
    const { row, name } = await get(actor, id, ['review.submit', 'review.decide'])
    await write(actor, async (tx, record) => {
      const now = isoNow(clock)
      const state = store.stateOf((await store.findBreakGlass(tx, id)) ?? row, now)
      if (state !== 'requested' && state !== 'active') throw conflict(`${id} is ${state}`)
      const ended = { ended_by: actor.id, ended_at: now, end_reason: reason }
      if (!(await store.end(tx, id, ended))) throw conflict(`${id} changed meanwhile; look at it again`)
      const action = state === 'active' ? 'break_glass.ended' : 'break_glass.withdrawn'
      record(action, `break_glass:${id}`, { environment: row.environment, reason }, thingsOf(row))
    })
    return (await shown(id, name)) ?? missing(id)
  }

  async function list(actor: Actor, { state, model, version }: BreakGlassQuery): Promise<BreakGlass[]> {
    const model_id = model === undefined ? undefined : (await getModel(db, model)).id
    const found = await store.listBreakGlass(db, { model_id, version })
    const names = await modelNames(
      db,
      found.map(({ row }) => row.model_id),
    )
    const now = isoNow(clock)
    return found.flatMap(({ row, reviewed }) => {
      const name = names.get(row.model_id)
      if (name === undefined || !permits(actor, 'registry.read', name)) return []
      const shown = store.toBreakGlass(row, name, now, reviewed)
      return state === 'all' || isOpen(shown) ? [shown] : []
    })
  }

  async function find(actor: Actor, id: string): Promise<BreakGlass> {
    const { name } = await get(actor, id, ['registry.read'])
    return (await shown(id, name)) ?? missing(id)
  }

  async function shown(id: string, name: string): Promise<BreakGlass | undefined> {
    const row = await store.findBreakGlass(db, id)
    const all = row ? await store.listBreakGlass(db, { model_id: row.model_id, version: row.version }) : []
    const found = all.find((each) => each.row.id === id)
    return found && store.toBreakGlass(found.row, name, isoNow(clock), found.reviewed)
  }

  /** Whether somebody could be the second person for a request. */
  async function mayConfirm(actor: Actor, { model, version_id, requested_by }: BreakGlass): Promise<boolean> {
    const version = await findVersionById(db, version_id as VersionId)
    if (!version || !permits(actor, 'review.decide', model)) return false
    return (await conflictsAbout(actor, version, requested_by)).length === 0
  }

  function setRules(
    actor: Actor,
    environment: string,
    { longest_hours }: BreakGlassRulesInput,
  ): Promise<BreakGlassRules> {
    return write(actor, async (tx, record) => {
      if (!(await findEnvironment(tx, environment))) throw notFound('environment', environment)
      const before = await longestIn(tx, environment)
      await store.putRules(tx, { environment, longest_hours })
      record('environment.break_glass_set', `environment:${environment}`, { before, after: longest_hours })
      return { environment, longest_hours }
    })
  }

  async function longestIn(from: Db, name: string): Promise<number> {
    return (await store.listRules(from)).find(({ environment }) => environment === name)?.longest_hours ?? 0
  }

  /** On a model that the actor may do nothing with it is not there. */
  async function get(actor: Actor, id: string, permissions: readonly Parameters<typeof permits>[1][]) {
    const row = await store.findBreakGlass(db, id)
    const name = row && (await modelNames(db, [row.model_id])).get(row.model_id)
    if (!row || name === undefined || !permissions.some((each) => permits(actor, each, name))) return missing(id)
    return { row, name }
  }

  function refuse(actor: Actor, row: BreakGlassRow, reasons: Reasons): Promise<BreakGlassResult> {
    return write(actor, async (_tx, record) => {
      record('break_glass.refused', `break_glass:${row.id}`, { reasons }, thingsOf(row))
      return { outcome: 'refused', reasons }
    })
  }

  return { request, confirm, end, list, find, mayConfirm, rules: () => store.listRules(db), setRules }
}

const unconfirmed = {
  confirmed_by: null,
  confirmed_at: null,
  confirm_reason: null,
  until: null,
  finding_id: null,
  verdict_id: null,
  ended_by: null,
  ended_at: null,
  end_reason: null,
} as const

const isOpen = ({ state, reviewed }: BreakGlass) =>
  state === 'requested' || state === 'active' || (state === 'over' && !reviewed)

const thingsOf = ({ model_id, version_id, environment }: BreakGlassRow): Thing[] => [
  `model:${model_id}`,
  `version:${version_id}`,
  `environment:${environment}`,
]

const refusedBecause = (rule: string, message: string): BreakGlassResult => ({
  outcome: 'refused',
  reasons: [{ rule, message }],
})

/** Separation of duties speaks of reviews. */
function inOurWords({ rule, message }: Reasons[number]): Reasons[number] {
  const words = message.replace('asked for this review', 'asked for this').replace('has to decide', 'has to confirm')
  return { rule, message: words }
}

function missing(id: string): never {
  throw notFound('break-glass', id)
}
