import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { foldersIn } from './folder-values.ts'

export const registryFolder = 'models'
const trash = '.trash'

/** An experiment's folder, below the store or below its trash. */
export type Place = { folder: string; path: string; trashed: boolean }

/** Whether a folder is MLflow's store of files: an experiment or a registered model says so. */
export async function isStore(root: string): Promise<boolean> {
  for (const { path } of await placesIn(root)) {
    if (await lstat(join(path, 'meta.yaml')).catch(() => undefined)) return true
  }
  return (await foldersIn(join(root, registryFolder))).length > 0
}

/** In the order of their ids; deleted ones may lie in the trash. */
export async function placesIn(root: string): Promise<Place[]> {
  const here = (await foldersIn(root)).filter((name) => !name.startsWith('.') && name !== registryFolder)
  const trashed = await foldersIn(join(root, trash))
  return [
    ...here.map((folder) => ({ folder, path: join(root, folder), trashed: false })),
    ...trashed.map((folder) => ({ folder, path: join(root, trash, folder), trashed: true })),
  ].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}
