import type { Db } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import { type ActorRef, type PersonId, serverActor, type Thing } from '../audit/schema.ts'
import { searchRunIds, trackingPurge } from '../tracking/index.ts'
import { dayMs, type RetentionParts } from './parts.ts'
import type { createPurges } from './purges.ts'
import * as store from './rules-store.ts'
import * as schedule from './schedule-store.ts'
import type { Preview, Purge, Rule, RuleChange, RuleId, RuleInput, RuleState } from './schema.ts'
import { sentenceOf } from './sentence.ts'
import { NotMine, unlessNotMine } from './turn.ts'

const everyMs = dayMs

/** Rules that remove what has served its time. Every change is a version, and nothing runs before somebody enables it. */
export function createRules(parts: RetentionParts, purges: ReturnType<typeof createPurges>) {
  const { connection, write, clock } = parts
  const { db, engine } = connection

  async function create(actor: ActorRef, input: RuleInput): Promise<Rule> {
    await check(input)
    const id = newId('rul', clock.now().getTime()) as RuleId
    await write(actor, async (tx, record) => {
      await store.insertRule(tx, versionOf(actor, id, 1, 'disabled', input))
      record('retention_rule.created', thingOf(id), detailOf(input, 1))
    })
    return get(id)
  }

  /** A changed rule is disabled until somebody enables what it says now. */
  async function change(actor: ActorRef, id: RuleId, { version, ...input }: RuleChange): Promise<Rule> {
    await check(input)
    await write(actor, async (tx, record) => {
      const before = await demand(tx, id, version)
      await store.insertRule(tx, versionOf(actor, id, before.version + 1, 'disabled', input))
      await schedule.dropNext(tx, scheduleOf(id))
      record('retention_rule.changed', thingOf(id), detailOf(input, before.version + 1))
    })
    return get(id)
  }

  async function setState(actor: ActorRef, id: RuleId, state: RuleState, version: number): Promise<Rule> {
    await write(actor, async (tx, record) => {
      const before = await demand(tx, id, version)
      if (before.state === state) throw conflict(`the rule is ${state}`)
      await store.insertRule(tx, versionOf(actor, id, before.version + 1, state, before.input))
      if (state === 'enabled') await schedule.setNext(tx, scheduleOf(id), later(everyMs))
      else await schedule.dropNext(tx, scheduleOf(id))
      record(`retention_rule.${state}`, thingOf(id), detailOf(before.input, before.version + 1))
    })
    return get(id)
  }

  /** A filter or a metric that cannot be read is refused now, and not at night. */
  async function check({ rule }: RuleInput): Promise<void> {
    if (!('keep' in rule)) return
    if (rule.keep.best?.metric.includes('`')) throw badRequest('a metric has no backtick in its name')
    const experiment_ids = (await trackingPurge.experimentIds(db)).slice(0, 1)
    const query = { view: 'ALL', filter: rule.scope.filter, order_by: [], max_results: 1 } as const
    await searchRunIds(db, engine, { ...query, experiment_ids })
  }

  function versionOf(
    actor: ActorRef,
    id: RuleId,
    version: number,
    state: RuleState,
    input: RuleInput,
  ): store.StoredRule {
    return { id, version, state, input, created_by: actor.id, created_at: isoNow(clock) }
  }

  async function demand(from: Db, id: RuleId, version?: number): Promise<store.StoredRule> {
    const rule = await store.findRule(from, id)
    if (!rule || rule.state === 'removed') throw notFound('retention rule', id)
    if (version !== undefined && rule.version !== version) {
      throw conflict(`the rule is at version ${rule.version} by now`, { version: rule.version })
    }
    return rule
  }

  async function get(id: RuleId): Promise<Rule> {
    const rule = await store.findRule(db, id)
    if (!rule) throw notFound('retention rule', id)
    return toRule(rule, await schedule.nextTimes(db))
  }

  async function list(): Promise<Rule[]> {
    const times = await schedule.nextTimes(db)
    return (await store.listRules(db)).map((rule) => toRule(rule, times))
  }

  async function history(id: RuleId): Promise<Rule[]> {
    const versions = await store.listVersions(db, id)
    if (versions.length === 0) throw notFound('retention rule', id)
    const times = await schedule.nextTimes(db)
    return versions.map((rule, index) => toRule(rule, index === 0 ? times : new Map()))
  }

  async function preview(input: RuleInput): Promise<Preview> {
    await check(input)
    return purges.preview({ kind: 'rule', rule: input.rule, at: clock.now().getTime() })
  }

  /** At once, and not only when its time comes. */
  async function execute(actor: ActorRef, id: RuleId): Promise<Purge> {
    const purge = await write(actor, async (tx, record) => {
      const rule = await demand(tx, id)
      if (rule.state !== 'enabled') throw conflict('the rule is not enabled')
      await schedule.setNext(tx, scheduleOf(id), later(everyMs))
      return purges.begin(tx, record, actor, newPurge(rule))
    })
    return purges.get(purge)
  }

  /** Carries out what is due. Several servers may call it at the same time. */
  async function tick(): Promise<void> {
    const now = isoNow(clock)
    for (const [name, due] of await schedule.nextTimes(db)) {
      const id = name.startsWith('rule:') ? (name.slice('rule:'.length) as RuleId) : undefined
      if (id === undefined || due > now) continue
      await write(serverActor, async (tx, record) => {
        const rule = await store.findRule(tx, id)
        const isMine = rule?.state === 'enabled' && (await schedule.takeTurn(tx, name, due, later(everyMs)))
        if (!rule || !isMine) throw new NotMine()
        await purges.begin(tx, record, serverActor, newPurge(rule))
      }).catch(unlessNotMine)
    }
  }

  const newPurge = ({ id, version, input }: store.StoredRule) => ({
    source: { kind: 'rule' as const, rule: input.rule, at: clock.now().getTime() },
    reason: `rule ${input.name}`,
    rule: { id, version },
  })
  const later = (ms: number) => new Date(clock.now().getTime() + ms).toISOString()

  return { create, change, setState, get, list, history, preview, execute, tick }
}

const thingOf = (id: RuleId): Thing => `retention_rule:${id}`
const scheduleOf = (id: RuleId) => `rule:${id}`
const detailOf = (input: RuleInput, version: number): JsonObject => ({
  name: input.name,
  version,
  says: sentenceOf(input.rule).slice(0, 2000),
})

function toRule(rule: store.StoredRule, times: ReadonlyMap<string, string>): Rule {
  const { id, version, state, created_at, input } = rule
  return {
    id: id as RuleId,
    version,
    name: input.name,
    rule: input.rule,
    state,
    sentence: sentenceOf(input.rule),
    created_by: rule.created_by as PersonId,
    created_at,
    next_at: state === 'enabled' ? (times.get(`rule:${id}`) ?? null) : null,
  }
}
