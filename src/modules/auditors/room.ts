import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, modelsOf, permits, type Seat } from '../access/schema.ts'
import type { Audit } from '../audit/index.ts'
import type { EventQuery, Thing } from '../audit/schema.ts'
import type { Registry } from '../registry/index.ts'
import type { InventoryRow } from '../registry/schema.ts'
import type { SeatReads } from './reads.ts'
import { createSampling } from './sample.ts'
import type { AuditorRoom, PopulationRow, ScopedEventQuery } from './schema.ts'
import * as store from './store.ts'

export type RoomParts = {
  readonly db: Db
  readonly clock: Clock
  readonly workspace: string
  readonly audit: Audit
  readonly registry: Registry
  readonly reads: SeatReads
  /** Seats of a person in the workspace. */
  readonly seatsOf: (person: Seat['person']) => Promise<Seat[]>
  readonly names: (ids: readonly string[]) => Promise<Map<string, string>>
}

/** What an auditor sees: everything in scope, the trail of it, and nothing else. */
export function createRoom({ db, clock, workspace, audit, registry, reads, seatsOf, names }: RoomParts) {
  async function room(actor: Actor): Promise<AuditorRoom> {
    const held = new Set(actor.grants.flatMap(({ seat }) => (seat === undefined ? [] : [seat])))
    const mine = actor.id === 'server' || held.size === 0 ? [] : await seatsOf(actor.id)
    const seats = mine.filter(({ id }) => held.has(id)).toSorted((a, b) => (a.ends_at < b.ends_at ? 1 : -1))
    const hosts = [...new Set(seats.map(({ opened_by }) => opened_by))]
    const known = await names(hosts)
    const scope = modelsOf(actor, 'audit.read')
    const { size } = await audit.events({ limit: 1 })
    return {
      workspace,
      seats,
      host: hosts.map((id) => ({ id, name: id === 'server' ? 'the server' : (known.get(id) ?? id) })),
      models: scope === 'all' ? null : [...new Set(scope)].sort(),
      population: await population(actor),
      trail: { size, verifier: audit.verifier },
      reads: await reads.count(seats.map(({ id }) => id)),
    }
  }

  async function population(actor: Actor): Promise<PopulationRow[]> {
    const found: InventoryRow[] = []
    for (let total = 1; found.length < total; ) {
      const page = await registry.inventory(actor, { kind: 'model', sort: 'name', limit: 500, offset: found.length })
      total = page.rows.length === 0 ? 0 : page.total
      found.push(...page.rows)
    }
    return found
      .filter(({ model }) => permits(actor, 'audit.read', model.name))
      .map(({ model, versions, latest, deployments }) => ({
        model: model.name,
        tier: model.tier,
        versions,
        latest: latest && { version: latest.version, state: latest.state },
        deployments: deployments.length,
      }))
  }

  /** Things whose events an actor may read; undefined for everything. */
  async function scopeOf(actor: Actor, model: string | undefined): Promise<Thing[] | undefined> {
    const seen = modelsOf(actor, 'audit.read')
    if (model !== undefined && !permits(actor, 'audit.read', model)) throw notFound('model', model)
    if (model === undefined && seen === 'all') return undefined
    const named = await store.modelIds(db, model === undefined ? (seen as readonly string[]) : [model])
    return named.map(({ id }): Thing => `model:${id}`)
  }

  async function events(actor: Actor, { model, ...query }: ScopedEventQuery) {
    const within = await scopeOf(actor, model)
    return audit.events({ ...(query satisfies EventQuery), ...(within === undefined ? {} : { within }) })
  }

  /** That one event stands in the signed trail, for events in scope. */
  async function inclusion(actor: Actor, index: number) {
    const within = await scopeOf(actor, undefined)
    const { events } = await audit.events({ before: index + 1, limit: 1, ...(within === undefined ? {} : { within }) })
    if (events[0]?.body.index !== index) throw forbidden('this event is not in your scope', { rule: 'scope' })
    return audit.inclusion(index)
  }

  return { room, events, inclusion, sample: createSampling({ db, clock }) }
}
