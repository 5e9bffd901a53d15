import type { Tx } from '../../db/database.ts'
import { newId } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { type Draft, draftVersion } from './draft.ts'
import { protectorsOf } from './environments-store.ts'
import { insertDrafted } from './insert-version.ts'
import * as models from './models-store.ts'
import type { RegistryParts } from './parts.ts'
import { draftPrompt, kindOf } from './prompts.ts'
import type { Model, ModelId, Tag, VersionId } from './schema.ts'

/** ISO-8601 texts. */
type Times = { created_at: string; updated_at: string }

export type RestoredModelRow = Times & {
  name: string
  description: string
  tags: readonly Tag[]
  last_version: number
  created_by: PersonId
}

export type RestoredVersion = Times & {
  model: { id: ModelId; name: string }
  version: number
  source: string
  run_id: string | null
  run_link: string
  description: string
  stage: string
  tags: readonly Tag[]
}

/**
 * Entry for models that another registry held: with their numbers, times and stages, in the caller's transaction, which records
 * the event. A version is sealed from the files that are here, like one that a client registers.
 */
export function createRestore(parts: RegistryParts) {
  const { artifacts, engine } = parts

  async function model(tx: Tx, row: RestoredModelRow): Promise<ModelId> {
    const { tags, ...rest } = row
    const id = newId('mdl', Date.parse(row.created_at)) as ModelId
    await models.insertModel(tx, {
      id,
      kind: kindOf(tags),
      ...rest,
      purpose: '',
      tier: null,
      owner: null,
      deleted_at: null,
    })
    await models.insertModelTags(tx, engine, id, tags)
    return id
  }

  /**
   * Hashes no file anew: the digests are those of the stored ones. A prompt's content is in its tags. Outside the transaction,
   * because it seals the run.
   */
  const draft = async (
    actor: Actor,
    { source, run_id, tags }: { source: string; run_id: string | null; tags: readonly Tag[] },
  ): Promise<Draft> =>
    kindOf(tags) === 'prompt'
      ? { ...(await draftPrompt(parts, actor, tags)), location: source }
      : draftVersion(parts, actor, source, run_id)

  async function version(tx: Tx, actor: Actor, row: RestoredVersion, draft: Draft): Promise<VersionId> {
    const id = newId('ver', Date.parse(row.created_at)) as VersionId
    const { model, created_at, ...words } = row
    await insertDrafted(tx, engine, actor, { ...words, id, model_id: model.id, registered_at: created_at }, draft)
    if (draft.path !== undefined) await artifacts.seal(tx, draft.path, id)
    const { last_version } = await tx
      .selectFrom('model')
      .select('last_version')
      .where('id', '=', row.model.id)
      .executeTakeFirstOrThrow()
    if (row.version > last_version) await models.updateModel(tx, row.model.id, { last_version: row.version })
    return id
  }

  /** Points an alias that is not there yet. Answers the environment that protects it, which asks no gate for it. */
  async function alias(
    tx: Tx,
    model: Pick<Model, 'id' | 'kind'>,
    name: string,
    version: number,
  ): Promise<{ outcome: 'set' | 'there'; version: number; protected_by: string | null }> {
    const there = (await models.aliasesOf(tx, [model.id])).find((one) => one.alias === name)
    const [protector] = await protectorsOf(tx, model, name)
    const protected_by = protector?.name ?? null
    if (there) return { outcome: 'there', version: there.version, protected_by }
    await models.putAlias(tx, model.id, name, version)
    return { outcome: 'set', version, protected_by }
  }

  return { model, draft, version, alias }
}
