import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { SigningKey } from '../../lib/keys.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import { isUnmet } from '../policy/index.ts'
import {
  type AliasMover,
  getLine,
  getModel,
  listEnvironments,
  modelNames,
  protectorsOf,
  type Registry,
} from '../registry/index.ts'
import type { Environment } from '../registry/schema.ts'
import { type Own, type Situation, type Situations, thingsOf } from '../reviews/index.ts'
import { type GateSituation, withBreakGlass } from './broken.ts'
import { createCallers } from './callers.ts'
import { explain } from './explain.ts'
import type { Explanation, ExplanationQuery } from './explain-schema.ts'
import { createReport } from './report.ts'
import { createRevocations } from './revocations.ts'
import { revocationsOf } from './revocations-store.ts'
import type {
  AliasMove,
  GateQuestion,
  OfflineAnswer,
  Revocation,
  Standing,
  Verdict,
  VerdictId,
  VerdictQuery,
} from './schema.ts'
import { standingOf } from './standing.ts'
import * as store from './store.ts'
import { giveVerdict } from './verdict.ts'

export type GateParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly key: SigningKey
  /** Its name, which verdicts and revocation lists carry. */
  readonly workspace: string
  readonly registry: Registry
  readonly situations: Situations
  readonly ownOf: (actor: Actor, situation: Situation) => Promise<Own>
  /** Every environment answers in observe mode, whatever it is set to. */
  readonly observe: boolean
}

export type Gate = ReturnType<typeof createGate>

/** May this version run in this environment now? The same answer for pipelines, people and alias moves. */
export function createGate(parts: GateParts) {
  const { db, write, clock, key, registry, situations, ownOf, observe, workspace } = parts

  async function situationAt(from: Db, ...[model, version, environment]: [string, string | number, string]) {
    const now = isoNow(clock)
    const situation = await situations.at(from, model, version, environment, now)
    const broken = await withBreakGlass(from, situation, now)
    return observe ? { ...broken, environment: { ...broken.environment, mode: 'observe' as const } } : broken
  }

  function ask(actor: Actor, { model, version, environment, offline = [] }: GateQuestion): Promise<Verdict> {
    return write(actor, async (tx, record) => {
      const situation = await situationAt(tx, model, version, environment)
      for (const each of offline) await noteOffline(tx, record, situation.model.id, each)
      return answer(tx, record, actor, situation)
    })
  }

  /** What is said of a verdict that there is not, or of another model's, is not believed. */
  async function noteOffline(tx: Tx, record: RecordEvent, model_id: string, { at, verdict }: OfflineAnswer) {
    const row = await store.findVerdict(tx, verdict)
    if (row?.model_id !== model_id) return
    const { version_id, version, environment, outcome } = row
    record('gate.answered_offline', `verdict:${verdict}`, { answered_at: at, version, environment, outcome }, [
      `model:${model_id}`,
      `version:${version_id}`,
      `environment:${environment}`,
    ])
  }

  /** For other services: a verdict that commits with what it is about. */
  async function askIn(tx: Tx, record: RecordEvent, actor: Actor, question: GateQuestion): Promise<Verdict> {
    const { model, version, environment } = question
    return answer(tx, record, actor, await situationAt(tx, model, version, environment))
  }

  /** The same answer for whoever only tries: it is kept nowhere, so it has no id and proves nothing. */
  async function look(actor: Actor, { model, version, environment }: GateQuestion) {
    const id = newId('vrd', clock.now().getTime()) as VerdictId
    const situation = await situationAt(db, model, version, environment)
    const {
      id: _,
      envelope: _envelope,
      ...rest
    } = giveVerdict(situation, { id, asked_by: actor.id as PersonId, key, workspace })
    return rest
  }

  /** Stores and records a verdict inside a write, so that it commits with whatever it allows. */
  async function answer(tx: Tx, record: RecordEvent, actor: Actor, situation: GateSituation): Promise<Verdict> {
    const id = newId('vrd', clock.now().getTime()) as VerdictId
    const verdict = giveVerdict(situation, { id, asked_by: actor.id as PersonId, key, workspace })
    await store.insertVerdict(tx, verdict, situation.model.id)
    const { outcome, mode, proceed, environment, version, digest, expires_at, decisions } = verdict
    const unmet = verdict.requirements.filter(isUnmet).map((each) => each.id)
    const glass = verdict.break_glass === undefined ? {} : { break_glass: verdict.break_glass.id }
    const detail = { outcome, mode, proceed, environment, version, digest, expires_at, decisions, unmet, ...glass }
    record('gate.asked', `verdict:${id}`, detail, thingsOf(situation))
    return verdict
  }

  /**
   * A protected alias asks the gate of every environment that protects it; a denial in one that enforces leaves the
   * alias where it is. Move, verdicts and events are one write.
   */
  function move(actor: Actor, model: string, alias: string, version: number): Promise<AliasMove> {
    return write(actor, (tx, record) => moveIn(tx, record, actor, { model, alias, version }))
  }

  /** For other services: a move that commits with what it is about. */
  async function moveIn(
    tx: Tx,
    record: RecordEvent,
    actor: Actor,
    to: { model: string; alias: string; version: number },
  ): Promise<AliasMove> {
    const { model, alias, version } = to
    await getLine(tx, model, version)
    const guards = await protectorsOf(tx, await getModel(tx, model), alias)
    let verdict: Verdict | null = null
    for (const { name } of guards) {
      const situation = await situationAt(tx, model, version, name)
      verdict = await answer(tx, record, actor, situation)
      if (!verdict.proceed) {
        const detail = { alias, version, environment: name, verdict: verdict.id }
        record('alias.blocked', `model:${situation.model.id}`, detail, thingsOf(situation))
        return { outcome: 'blocked', alias, version, verdict }
      }
    }
    const { before, model: moved, line } = await registry.models.setAlias(tx, model, alias, version)
    const detail = { alias, before, after: version, verdict: verdict?.id ?? null }
    record('alias.moved', `model:${moved.id}`, detail, [`version:${line.id}`])
    return { outcome: 'moved', alias, version, verdict }
  }

  async function standing(actor: Actor, name: string, which: string, environment?: string): Promise<Standing> {
    const situation = await situationFor(name, which, environment)
    return standingOf(situation, await ownOf(actor, situation), actor.id)
  }

  async function explanation(actor: Actor, name: string, which: string, query: ExplanationQuery): Promise<Explanation> {
    const situation = await situationFor(name, which, query.environment)
    return explain(situation, query, await ownOf(actor, situation))
  }

  /** For the strictest environment, unless one is named. */
  async function situationFor(name: string, which: string, environment: string | undefined) {
    const where = environment ?? strictest(await listEnvironments(db))?.name
    if (where === undefined) throw notFound('environment', 'prod')
    return situationAt(db, name, which, where)
  }

  async function verdicts(actor: Actor, { model, ...filter }: VerdictQuery): Promise<Verdict[]> {
    const model_id = model === undefined ? undefined : (await getModel(db, model)).id
    const rows = await store.listVerdicts(db, { ...filter, model_id })
    const names = await modelNames(
      db,
      rows.map((row) => row.model_id),
    )
    const known = rows.filter((row) => permits(actor, 'registry.read', names.get(row.model_id)))
    const revoked = await revocationsOf(
      db,
      known.map(({ id }) => id),
    )
    return known.map((row) => withRevocation(store.toVerdict(row), revoked.get(row.id)))
  }

  async function verdict(actor: Actor, id: string): Promise<Verdict> {
    const row = await store.findVerdict(db, id)
    const name = row && (await modelNames(db, [row.model_id])).get(row.model_id)
    if (!row || !permits(actor, 'registry.read', name)) throw notFound('verdict', id)
    return withRevocation(store.toVerdict(row), (await revocationsOf(db, [id])).get(id))
  }

  const aliases: AliasMover = { move }
  const revocations = createRevocations(parts)
  const reads = {
    standing,
    explanation,
    verdicts,
    verdict,
    report: createReport({ db, clock }),
    callers: createCallers({ db, clock }),
  }
  return { ask, askIn, look, moveIn, aliases, revocations, ...reads }
}

function withRevocation(verdict: Verdict, revocation: Revocation | undefined): Verdict {
  return revocation ? { ...verdict, revocation } : verdict
}

/** `prod` by its name, otherwise the one that stops most. */
export function strictest(environments: readonly Environment[]): Environment | undefined {
  const inOrder = (['enforce', 'warn', 'observe'] as const).flatMap((mode) =>
    environments.filter((each) => each.mode === mode),
  )
  return environments.find(({ name }) => name === 'prod') ?? inOrder[0]
}
