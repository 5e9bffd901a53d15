import type { Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, forbidden } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { ActorRef, PersonId, Thing } from '../audit/schema.ts'
import { protectorsOf } from './environments-store.ts'
import * as store from './models-store.ts'
import type { RegistryParts } from './parts.ts'
import { demandSameKind, kindOf } from './prompts.ts'
import {
  type Model,
  type ModelId,
  type ModelInput,
  type ModelKind,
  type ModelUpdate,
  type Tag,
  Tier,
} from './schema.ts'
import type { ModelRow } from './tables.ts'
import { checkAlias, checkModelName, checkTag, noted } from './text.ts'
import { getLine, getModel, refuseRemoval } from './versions.ts'
import { findLine, findNumberOfAlias, touchVersionsOf } from './versions-store.ts'

/** Models and their aliases. */
export function createModels({ db, engine, write, clock }: RegistryParts) {
  async function create(actor: ActorRef, input: ModelInput & { tags?: readonly Tag[] }): Promise<Model> {
    checkModelName(input.name)
    const tags = input.tags ?? []
    for (const tag of tags) checkTag(tag)
    const kind = kindOf(tags)
    return write(actor, async (tx, record) => {
      const taken = await store.findModel(tx, input.name)
      if (taken) throw nameTaken(input.name, kind, taken.kind)
      const at = isoNow(clock)
      const id = newId('mdl', clock.now().getTime()) as ModelId
      const { name, description, purpose, tier } = input
      await store.insertModel(tx, {
        id,
        kind,
        name,
        description,
        purpose,
        tier,
        owner: null,
        last_version: 0,
        created_at: at,
        updated_at: at,
        created_by: actor.id as PersonId,
        deleted_at: null,
      })
      await store.insertModelTags(tx, engine, id, tags)
      record('model.created', thing(id), { name, tier, ...(kind === 'prompt' ? { kind } : {}) })
      return getModel(tx, name)
    })
  }

  /** Only what differs is changed and recorded, with the value before. */
  async function update(actor: Actor, name: string, input: ModelUpdate): Promise<Model> {
    const current = await getModel(db, name)
    if (differing(current, input).length === 0) return current
    return write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      const keys = differing(model, input)
      if (input.tier !== undefined && isLower(input.tier, model.tier) && !permits(actor, 'policy.write', name)) {
        throw forbidden('a lower tier lifts requirements, so an administrator sets it', { permission: 'policy.write' })
      }
      const before: JsonObject = Object.fromEntries(keys.map((key) => [key, shown(model[key])]))
      const after: JsonObject = Object.fromEntries(keys.map((key) => [key, shown(input[key] ?? null)]))
      const set: Partial<ModelRow> = Object.fromEntries(keys.map((key) => [key, input[key]]))
      await store.updateModel(tx, model.id, { ...set, updated_at: isoNow(clock) })
      record('model.updated', thing(model.id), { before, after })
      return getModel(tx, name)
    })
  }

  function rename(actor: ActorRef, name: string, next: string): Promise<Model> {
    checkModelName(next)
    return write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      if (next !== name) {
        const taken = await store.findModel(tx, next)
        if (taken) throw nameTaken(next, model.kind, taken.kind)
        // Whoever asks for the protected alias or the running version by name must not get another model's.
        await refuseRemoval(tx, model)
      }
      const at = isoNow(clock)
      await store.updateModel(tx, model.id, { name: next, updated_at: at })
      await touchVersionsOf(tx, model.id, at)
      record('model.renamed', thing(model.id), { before: name, after: next })
      return getModel(tx, next)
    })
  }

  /** Its versions go out of the lists with it; rows and trail stay. */
  async function remove(actor: ActorRef, name: string): Promise<void> {
    await write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      await refuseRemoval(tx, model)
      await store.updateModel(tx, model.id, { deleted_at: isoNow(clock) })
      record('model.deleted', thing(model.id), { name })
    })
  }

  async function setTag(actor: ActorRef, name: string, tag: Tag): Promise<void> {
    checkTag(tag)
    await write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      demandSameKind(model, tag.key, tag.value)
      await store.putModelTag(tx, model.id, tag)
      record('model.tag_set', thing(model.id), { key: tag.key, value: noted(tag.value) })
    })
  }

  async function deleteTag(actor: ActorRef, name: string, key: string): Promise<void> {
    const { tags } = await getModel(db, name)
    if (!tags.some((tag) => tag.key === key)) return
    await write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      demandSameKind(model, key, undefined)
      await store.removeModelTag(tx, model.id, key)
      record('model.tag_deleted', thing(model.id), { key })
    })
  }

  /** Moves an alias that no environment protects; the others move through the gate. */
  async function moveAlias(actor: ActorRef, name: string, alias: string, version: number): Promise<void> {
    checkAlias(alias)
    await write(actor, async (tx, record) => {
      const guarded = await protectorOf(tx, await getModel(tx, name), alias)
      if (guarded) {
        throw forbidden(`the alias ${alias} moves through the gate, because ${guarded} protects it`, { rule: 'gate' })
      }
      const { before, model, line } = await setAlias(tx, name, alias, version)
      record('alias.moved', thing(model.id), { alias, before, after: version }, [`version:${line.id}`])
    })
  }

  /** For a write that has asked the gate, or knows that it need not. */
  async function setAlias(tx: Tx, name: string, alias: string, version: number) {
    checkAlias(alias)
    const line = await getLine(tx, name, version)
    const model = await getModel(tx, name)
    const before = (await findNumberOfAlias(tx, name, alias)) ?? null
    await store.putAlias(tx, model.id, alias, version)
    return { model, line, before }
  }

  /** `mayUnprotect`: the same people who could lift an alias's protection may delete it. */
  async function deleteAlias(actor: ActorRef, name: string, alias: string, mayUnprotect: boolean): Promise<void> {
    await getModel(db, name)
    const version = await findNumberOfAlias(db, name, alias)
    if (version === undefined) return
    await write(actor, async (tx, record) => {
      const model = await getModel(tx, name)
      const guarded = await protectorOf(tx, model, alias)
      if (guarded && !mayUnprotect) {
        throw forbidden(`${guarded} protects the alias ${alias}; deleting it needs environment.write`, {
          permission: 'environment.write',
        })
      }
      await store.removeAlias(tx, model.id, alias)
      const line = await findLine(tx, name, version)
      record('alias.deleted', thing(model.id), { alias, before: version }, line ? [`version:${line.id}`] : [])
    })
  }

  async function protectorOf(from: Tx, model: Model, alias: string): Promise<string | undefined> {
    return (await protectorsOf(from, model, alias))[0]?.name
  }

  return {
    create,
    update,
    rename,
    remove,
    setTag,
    deleteTag,
    moveAlias,
    setAlias,
    deleteAlias,
    find: (name: string) => store.findModel(db, name),
    get: (name: string) => getModel(db, name),
  }
}

/** Whether fewer rules may apply than before. Anybody who may write can say more. */
function isLower(next: Model['tier'], before: Model['tier']): boolean {
  const rank = (tier: Model['tier']) => (tier === null ? -1 : Tier.options.toReversed().indexOf(tier))
  return rank(next) < rank(before)
}

const editable = ['tier', 'owner', 'purpose', 'description'] as const
const differing = (model: Model, input: ModelUpdate) =>
  editable.filter((key) => input[key] !== undefined && input[key] !== model[key])

const shown = (value: string | null) => (value === null ? null : noted(value))
const thing = (id: ModelId): Thing => `model:${id}`

function nameTaken(name: string, wanted: ModelKind, taken: ModelKind) {
  if (wanted === taken) return conflict(`${titles[wanted]} (name=${name}) already exists.`)
  return conflict(
    `Tried to create a ${titles[wanted].toLowerCase()} with name '${name}', but the name is already taken by a ${titles[taken].toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
  )
}
const titles: Record<ModelKind, string> = { model: 'Registered Model', prompt: 'Prompt' }
