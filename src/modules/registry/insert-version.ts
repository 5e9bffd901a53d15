import type { Engine, Tx } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { Draft } from './draft.ts'
import type { ModelId, Tag, VersionId } from './schema.ts'
import * as store from './versions-store.ts'

/** Times are ISO-8601 texts. */
export type VersionWords = {
  id: VersionId
  model_id: ModelId
  version: number
  source: string
  run_id: string | null
  run_link: string
  description: string
  stage: string
  tags: readonly Tag[]
  registered_at: string
  updated_at: string
}

/** Writes a version down with everything that its draft says. Whoever registers it is one of its developers. */
export async function insertDrafted(
  tx: Tx,
  engine: Engine,
  actor: ActorRef,
  { tags, description, stage, updated_at, ...words }: VersionWords,
  { manifest, facts, location, developers }: Draft,
): Promise<void> {
  await store.insertVersion(
    tx,
    {
      ...words,
      digest: digestOf(manifest),
      manifest: canonicalJson(manifest),
      facts: canonicalJson(facts),
      files: manifest.files.length,
      size: manifest.files.reduce((sum, file) => sum + file.size, 0),
      location,
      origin_run: manifest.run?.id ?? null,
      registered_by: actor.id,
    },
    { state: 'draft', stage, description, updated_at, deleted_at: null },
  )
  await store.insertDevelopers(tx, words.id, [...new Set([...developers, actor.id as PersonId])])
  const uses = manifest.datasets.flatMap(({ dataset_version, context }) =>
    dataset_version ? [{ digest: dataset_version, context }] : [],
  )
  await store.insertDatasets(tx, words.id, uses)
  await store.insertVersionTags(tx, engine, words.id, tags)
}
