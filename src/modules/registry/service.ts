import type { Digest } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import { modelsOf } from '../access/schema.ts'
import { createEnvironments } from './environments.ts'
import { readInventory } from './inventory.ts'
import { createModels } from './models.ts'
import type { RegistryParts } from './parts.ts'
import { createRestore } from './restore.ts'
import type { InventoryQuery } from './schema.ts'
import { type Search, searchModels, searchVersions } from './search.ts'
import { createVersions } from './versions.ts'
import { findUsesOf, listLinesOfRun } from './versions-store.ts'

export type Registry = ReturnType<typeof createRegistry>

/** Models, their sealed versions, aliases, environments and deployments. */
export function createRegistry(parts: RegistryParts) {
  const { db, engine } = parts

  /** Names of the models that an actor may read; undefined for all of them. */
  function visible(actor: Actor): readonly string[] | undefined {
    const names = modelsOf(actor, 'registry.read')
    return names === 'all' ? undefined : names
  }

  async function usesOf(actor: Actor, digest: Digest) {
    const names = visible(actor)
    const rows = await findUsesOf(db, digest)
    return rows
      .filter((row) => names === undefined || names.includes(row.model_name))
      .map((row) => ({ model: row.model_name, version: row.version, version_id: row.id, context: row.context }))
  }

  async function versionsOfRun(actor: Actor, run: string) {
    const names = visible(actor)
    const lines = await listLinesOfRun(db, run)
    return lines.filter((line) => names === undefined || names.includes(line.model))
  }

  return {
    models: createModels(parts),
    versions: createVersions(parts),
    environments: createEnvironments(parts),
    restore: createRestore(parts),
    inventory: (actor: Actor, query: InventoryQuery) => readInventory(db, query, visible(actor)),
    searchModels: (actor: Actor, search: Omit<Search, 'visible'>) =>
      searchModels(db, engine, { ...search, visible: visible(actor) }),
    searchVersions: (actor: Actor, search: Omit<Search, 'visible'>) =>
      searchVersions(db, engine, { ...search, visible: visible(actor) }),
    visible,
    usesOf,
    versionsOfRun,
    blobs: parts.artifacts.blobs,
  }
}
