import type { Db, Tx } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { digestOf } from '../../lib/digest.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { Actor } from '../access/schema.ts'
import type { ActorRef, Thing } from '../audit/schema.ts'
import { changedMeanwhile, type Draft, draftVersion } from './draft.ts'
import { entriesOf } from './entries.ts'
import { findOpenDeployments, protectorsOf } from './environments-store.ts'
import { insertDrafted } from './insert-version.ts'
import * as models from './models-store.ts'
import type { RegistryParts } from './parts.ts'
import { demandKind, demandSameContent, draftPrompt } from './prompts.ts'
import {
  type LifecycleState,
  type Model,
  type ModelId,
  type ModelVersion,
  type Tag,
  type VersionId,
  VersionNumber,
} from './schema.ts'
import { checkTag, noted } from './text.ts'
import * as store from './versions-store.ts'

export type NewVersion = {
  model: string
  source: string
  run_id: string | null
  description: string
  run_link: string
  tags: readonly Tag[]
}

/** How many things of one kind an event names. */
const mostNamed = 100

const stages = ['None', 'Staging', 'Production', 'Archived']

/** Registration seals; afterwards only words, tags and the lifecycle state change, and each change is an event. */
export function createVersions(parts: RegistryParts) {
  const { db, engine, write, clock, artifacts } = parts

  async function register(actor: Actor, input: NewVersion): Promise<store.VersionLine> {
    for (const tag of input.tags) checkTag(tag)
    const { kind } = await demandTaking(db, input)
    const draft =
      kind === 'prompt'
        ? { ...(await draftPrompt(parts, actor, input.tags)), location: input.source }
        : await draftVersion(parts, actor, input.source, input.run_id)
    return write(actor, async (tx, record) => {
      const model = await demandTaking(tx, input)
      await demandUnchanged(tx, draft)
      const id = newId('ver', clock.now().getTime()) as VersionId
      const version = await insert(tx, actor, id, model, input, draft)
      if (draft.path !== undefined) await artifacts.seal(tx, draft.path, id)
      const { manifest } = draft
      record(
        'version.registered',
        thing(id),
        {
          model: model.name,
          version,
          digest: digestOf(manifest),
          source: noted(input.source),
          files: manifest.files.length,
          run: manifest.run,
          datasets: manifest.datasets
            .flatMap(({ dataset_version }) => (dataset_version ? [dataset_version] : []))
            .slice(0, mostNamed),
        },
        [`model:${model.id}`, ...(manifest.run ? [`run:${manifest.run.id}` as Thing] : [])],
      )
      return getLine(tx, model.name, version)
    })
  }

  async function demandTaking(from: Db, { model: name, tags }: NewVersion): Promise<Model> {
    const model = await getModel(from, name)
    demandKind(model, tags)
    return model
  }

  async function demandUnchanged(tx: Tx, { path, manifest }: Draft) {
    if (path === undefined) return
    const now = entriesOf(path, await artifacts.filesBelow(tx, path))
    if (canonicalJson(now) !== canonicalJson(manifest.files)) throw changedMeanwhile()
  }

  async function insert(tx: Tx, actor: ActorRef, id: VersionId, model: Model, input: NewVersion, draft: Draft) {
    const at = isoNow(clock)
    const version = await models.takeNumber(tx, model.id, at)
    const { source, run_id, run_link, description, tags } = input
    const words = { id, model_id: model.id, version, source, run_id, run_link, description, tags }
    await insertDrafted(tx, engine, actor, { ...words, stage: 'None', registered_at: at, updated_at: at }, draft)
    return version
  }

  function describe(actor: ActorRef, model: string, version: number, description: string): Promise<store.VersionLine> {
    return change(actor, model, version, async (tx, line) => {
      await store.updateStatus(tx, line.id, { description, updated_at: isoNow(clock) })
      return ['version.updated', { before: noted(line.description), after: noted(description) }]
    })
  }

  function setTag(actor: ActorRef, model: string, version: number, tag: Tag): Promise<store.VersionLine> {
    checkTag(tag)
    return change(actor, model, version, async (tx, line) => {
      const { kind } = await getModel(tx, model)
      demandSameContent(kind, line.tags, tag.key, tag.value)
      await store.putVersionTag(tx, line.id, tag)
      return ['version.tag_set', { key: tag.key, value: noted(tag.value) }]
    })
  }

  async function deleteTag(actor: ActorRef, model: string, version: number, key: string): Promise<void> {
    const { tags } = await getLine(db, model, version)
    if (!tags.some((tag) => tag.key === key)) return
    await change(actor, model, version, async (tx, line) => {
      demandSameContent((await getModel(tx, model)).kind, line.tags, key, undefined)
      await store.removeVersionTag(tx, line.id, key)
      return ['version.tag_deleted', { key }]
    })
  }

  /** MLflow's stages: a word that its clients set and read. It opens nothing here; the gate knows states and environments. */
  function setStage(actor: ActorRef, model: string, version: number, wanted: string, archive: boolean) {
    const stage = stageNamed(wanted)
    const active = stage === 'Staging' || stage === 'Production'
    if (archive && !active) {
      throw badRequest(
        `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
      )
    }
    return change(actor, model, version, async (tx, line) => {
      const at = isoNow(clock)
      const others = archive ? (await store.listLines(tx, [model])).filter((one) => one.stage === stage) : []
      const archived = others.filter((one) => one.id !== line.id)
      for (const one of archived) await store.updateStatus(tx, one.id, { stage: 'Archived', updated_at: at })
      await store.updateStatus(tx, line.id, { stage, updated_at: at })
      await models.updateModel(tx, line.model_id, { updated_at: at })
      return [
        'version.stage_set',
        { before: line.stage, after: stage, archived: archived.slice(0, mostNamed).map((one) => one.version) },
      ]
    })
  }

  /** Takes a version out of the lists. Its manifest, its files by digest and its trail stay. */
  async function remove(actor: ActorRef, model: string, version: number): Promise<void> {
    await write(actor, async (tx, record) => {
      const line = await getLine(tx, model, version)
      await refuseRemoval(tx, await getModel(tx, model), line)
      const at = isoNow(clock)
      await store.updateStatus(tx, line.id, { deleted_at: at, updated_at: at })
      await models.updateModel(tx, line.model_id, { updated_at: at })
      record('version.deleted', thing(line.id), { version, digest: line.digest }, [`model:${line.model_id}`])
    })
  }

  type Change = [action: string, detail: Parameters<Parameters<Parameters<typeof write>[1]>[1]>[2]]

  function change(
    actor: ActorRef,
    model: string,
    version: number,
    work: (tx: Tx, line: store.VersionLine) => Promise<Change>,
  ): Promise<store.VersionLine> {
    return write(actor, async (tx, record) => {
      const line = await getLine(tx, model, version)
      const [action, detail] = await work(tx, line)
      record(action, thing(line.id), detail, [`model:${line.model_id}`])
      return getLine(tx, model, version)
    })
  }

  return {
    register,
    describe,
    setTag,
    deleteTag,
    setStage,
    remove,
    find: (model: string, which: number | string) => findVersion(db, model, which),
    get: (model: string, which: number | string) => getVersion(db, model, which),
    /** The number that an alias leads to, which may be a deleted version's; `latest` is the newest one's. */
    async numberOf(model: string, alias: string): Promise<number | undefined> {
      await getModel(db, model)
      return alias.toLowerCase() === 'latest' ? numberOf(db, model, alias) : store.findNumberOfAlias(db, model, alias)
    },
    findById: (id: VersionId) => store.findVersionById(db, id),
    getLine: (model: string, version: number) => getLine(db, model, version),
    linesOf: (names: readonly string[]) => store.listLines(db, names),
    /** The newest version of each model in each of MLflow's stages, by number. */
    latestByStage: (ids: readonly ModelId[]) => store.latestByStage(db, ids),
    /** Moves the lifecycle state inside a decision's write; false when it was another one by then. */
    setState: (tx: Tx, id: VersionId, from: LifecycleState, to: LifecycleState) =>
      store.moveState(tx, id, from, to, isoNow(clock)),
  }
}

/** What runs or is protected stays visible. */
export async function refuseRemoval(
  tx: Tx,
  model: Model,
  line?: { id: VersionId; version: number; aliases: readonly string[] },
) {
  const [open] = await findOpenDeployments(tx, { model_id: model.id, ...(line ? { version_id: line.id } : {}) })
  if (open) {
    throw conflict(`${open.model} version ${open.version} is deployed in ${open.environment}`, {
      error_code: 'INVALID_STATE',
    })
  }
  const aliases = await models.aliasesOf(tx, [model.id])
  const held = aliases.filter((one) => line === undefined || one.version === line.version)
  for (const { alias } of held) {
    const [environment] = await protectorsOf(tx, model, alias)
    if (environment) {
      throw conflict(`the alias ${alias}, which ${environment.name} protects, points to it`, {
        error_code: 'INVALID_STATE',
      })
    }
  }
}

export async function getModel(from: Db, name: string): Promise<Model> {
  const model = await models.findModel(from, name)
  if (!model) throw notFound('model', name)
  return model
}

export async function getLine(from: Db, model: string, version: number): Promise<store.VersionLine> {
  const line = VersionNumber.safeParse(version).success && (await store.findLine(from, model, version))
  if (!line) throw notFound('model version', `${model}/${version}`)
  return line
}

/** By number, by alias, or the newest one as `latest`. Digits are a number even where an alias has that name. */
export async function findVersion(from: Db, model: string, which: number | string): Promise<ModelVersion | undefined> {
  const number = await numberOf(from, model, which)
  return number === undefined ? undefined : store.findVersionOf(from, model, number)
}

async function numberOf(from: Db, model: string, which: number | string): Promise<number | undefined> {
  if (typeof which === 'number') return which
  if (/^\d{1,9}$/.test(which)) return Number(which)
  if (which.toLowerCase() === 'latest') return (await store.listLines(from, [model]))[0]?.version
  return store.findNumberOfAlias(from, model, which)
}

export async function getVersion(from: Db, model: string, which: number | string): Promise<ModelVersion> {
  const version = await findVersion(from, model, which)
  if (!version) throw notFound('model version', `${model}/${which}`)
  return version
}

function stageNamed(text: string): string {
  const stage = stages.find((one) => one.toLowerCase() === text.toLowerCase())
  if (!stage) throw badRequest(`Invalid Model Version stage: ${text}. Value must be one of ${stages.join(', ')}.`)
  return stage
}

const thing = (id: VersionId): Thing => `version:${id}`
