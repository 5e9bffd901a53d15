import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import { getModel, listDeployments } from '../registry/index.ts'
import { type Tier, Tier as Tiers } from '../registry/schema.ts'
import type { Serving, System, SystemDetail, SystemId, SystemInput, SystemQuery, SystemUpdate } from './schema.ts'
import * as store from './store.ts'
import type { SystemRow } from './tables.ts'

type Parts = { db: Db; write: Write; clock: Clock }

/** AI systems: why they exist, whom they affect, and which models serve them. */
export function createSystems({ db, write, clock }: Parts) {
  /** With the models that the actor may see; undefined when they may see nothing of it. */
  function shown(actor: Actor, system: System): System | undefined {
    if (permits(actor, 'registry.read')) return system
    const models = system.models.filter((model) => permits(actor, 'registry.read', model))
    return models.length === 0 ? undefined : { ...system, models }
  }

  async function get(actor: Actor, name: string, from: Db = db): Promise<System> {
    const found = await store.findSystem(from, name)
    const system = found && shown(actor, found)
    if (!system) throw notFound('system', name)
    return system
  }

  async function list(actor: Actor, { search, model, tier }: SystemQuery): Promise<System[]> {
    const word = search?.trim().toLowerCase() ?? ''
    const fits = (system: System) =>
      `${system.name} ${system.purpose}`.toLowerCase().includes(word) &&
      (model === undefined || system.models.includes(model)) &&
      (tier === undefined || (system.tier ?? 'none') === tier)
    return (await store.listSystems(db)).flatMap((each) => shown(actor, each) ?? []).filter(fits)
  }

  async function detail(actor: Actor, name: string): Promise<SystemDetail> {
    const system = await get(actor, name)
    return { system, serving: await Promise.all(system.models.map(serving)) }
  }

  async function serving(name: string): Promise<Serving> {
    const { tier, aliases } = await getModel(db, name)
    const running = await listDeployments(db, [name], { open: true })
    return {
      model: name,
      tier,
      aliases,
      running: running.map(({ environment, version }) => ({ environment, version })),
    }
  }

  function create(actor: Actor, input: SystemInput): Promise<System> {
    return write(actor, async (tx, record) => {
      await refuseTaken(tx, input.name)
      const at = isoNow(clock)
      const id = newId('sys', clock.now().getTime()) as SystemId
      const { jurisdictions, ...texts } = input
      const made = { created_at: at, created_by: actor.id as PersonId, updated_at: at, retired_at: null }
      await store.insertSystem(tx, { id, ...texts, jurisdictions: JSON.stringify(jurisdictions), ...made })
      record('system.created', thing(id), { name: input.name, purpose: input.purpose, tier: input.tier })
      return get(actor, input.name, tx)
    })
  }

  async function refuseTaken(from: Db, name: string): Promise<void> {
    if (await store.findSystem(from, name)) throw conflict(`there is already a system ${name}`)
  }

  /** Only what differs is changed and recorded, with the value before. */
  async function update(actor: Actor, name: string, input: SystemUpdate): Promise<System> {
    const current = await get(actor, name)
    if (differing(current, input).length === 0) return current
    return write(actor, async (tx, record) => {
      const system = await get(actor, name, tx)
      refuseRetired(system)
      const keys = differing(system, input)
      if (input.tier !== undefined && isLower(input.tier, system.tier) && !permits(actor, 'policy.write')) {
        throw forbidden('a lower tier lifts requirements, so an administrator sets it', { permission: 'policy.write' })
      }
      if (input.name !== undefined && input.name !== name) await refuseTaken(tx, input.name)
      const set = Object.fromEntries(keys.map((key) => [key, stored(input[key] ?? null)])) as Partial<SystemRow>
      await store.updateSystem(tx, system.id, { ...set, updated_at: isoNow(clock) })
      const before: JsonObject = Object.fromEntries(keys.map((key) => [key, system[key]]))
      const after: JsonObject = Object.fromEntries(keys.map((key) => [key, input[key] ?? null]))
      record('system.updated', thing(system.id), { name, before, after })
      return get(actor, input.name ?? name, tx)
    })
  }

  /** From now on the model serves the system. */
  function addModel(actor: Actor, name: string, model: string): Promise<System> {
    return write(actor, async (tx, record) => {
      const system = await get(actor, name, tx)
      refuseRetired(system)
      const { id, kind } = await getModel(tx, model)
      if (kind !== 'model') throw badRequest('a prompt serves a system through a model')
      if (!(await store.addModel(tx, system.id, id, isoNow(clock)))) throw conflict(`${model} serves ${name} already`)
      record('system.model_added', thing(system.id), { name, model }, [`model:${id}`])
      return get(actor, name, tx)
    })
  }

  function removeModel(actor: Actor, name: string, model: string): Promise<System> {
    return write(actor, async (tx, record) => {
      const system = await get(actor, name, tx)
      const { id } = await getModel(tx, model)
      if (!(await store.removeModel(tx, system.id, id))) throw notFound('model of this system', model)
      record('system.model_removed', thing(system.id), { name, model }, [`model:${id}`])
      return get(actor, name, tx)
    })
  }

  /** Nothing that runs loses its purpose: a system is retired when no model that serves it is deployed. */
  function retire(actor: Actor, name: string, reason: string): Promise<System> {
    return write(actor, async (tx, record) => {
      const system = await get(actor, name, tx)
      for (const model of system.models) {
        const [running] = await listDeployments(tx, [model], { open: true })
        if (running) throw conflict(`${model} runs in ${running.environment}; end the deployment or take it out first`)
      }
      if (!(await store.retireSystem(tx, system.id, isoNow(clock)))) throw conflict(`${name} is retired already`)
      record('system.retired', thing(system.id), { name, reason })
      return get(actor, name, tx)
    })
  }

  return { get, list, detail, create, update, addModel, removeModel, retire }
}
export type Systems = ReturnType<typeof createSystems>

const thing = (id: SystemId): Thing => `system:${id}`

function refuseRetired({ name, retired_at }: System): void {
  if (retired_at !== null) throw conflict(`${name} is retired`)
}

type Key = keyof SystemUpdate
function differing(system: System, input: SystemUpdate): Key[] {
  const keys = Object.keys(input) as Key[]
  return keys.filter((key) => input[key] !== undefined && stored(input[key]) !== stored(system[key]))
}

const stored = (value: string | readonly string[] | null) =>
  typeof value === 'string' || value === null ? value : JSON.stringify(value)

function isLower(next: Tier | null, current: Tier | null): boolean {
  if (current === null) return false
  return next === null || Tiers.options.indexOf(next) > Tiers.options.indexOf(current)
}
