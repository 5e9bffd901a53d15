import { constants } from 'node:fs'
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import type { FileRecord, Listing, Read } from '../../../modules/imports/index.ts'
import type { ImportProblem } from '../../../modules/imports/schema.ts'
import { placeOf } from './location.ts'

const deepest = 64

/** Whether files at a location can be on this machine: proxied and local ones can, an object store's stay there. */
export function isOnDisk(location: string): boolean {
  return placeOf(location).kind !== 'remote'
}

/**
 * Artifacts below a few folders that the person named. A local location of another machine is found by its tail, so that
 * `/home/kim/mlruns/0/…` is `0/…` below the folder. Nothing outside the folders is read, whatever links say.
 */
export async function createLocalFiles(folders: readonly string[]) {
  const roots = await Promise.all(folders.map((folder) => realpath(folder)))

  async function files(location: string): Promise<Listing> {
    const place = placeOf(location)
    if (place.kind === 'refused') return { outcome: 'refused', reason: place.reason }
    if (place.kind === 'remote') {
      return {
        outcome: 'unreachable',
        root: place.root,
        reason: 'files in this store stay there, as a reference',
        elsewhere: true,
      }
    }
    if (roots.length === 0) {
      const root = place.kind === 'proxied' ? 'mlflow-artifacts:' : 'file:'
      return {
        outcome: 'unreachable',
        root,
        reason: 'name the folder that holds these files with --artifacts',
        elsewhere: false,
      }
    }
    const { segments } = place
    // Without its first folders a local path may be found below another root; a single name says too little.
    const most = place.kind === 'proxied' ? 1 : Math.max(1, segments.length - 1)
    for (let skip = 0; skip < most; skip++) {
      for (const root of roots) {
        const path = join(root, ...segments.slice(skip))
        const found = await real(path)
        if (found === undefined) continue
        if (!isWithin(root, found))
          return { outcome: 'refused', reason: 'the location is a link that leaves the folder' }
        return { outcome: 'listed', files: listing(root, found) }
      }
    }
    return { outcome: 'listed', files: nothing() }
  }

  return { files, brings: isOnDisk }
}

export type LocalFiles = Awaited<ReturnType<typeof createLocalFiles>>

async function* nothing(): AsyncGenerator<Read<FileRecord>> {}

async function* listing(root: string, start: string): AsyncGenerator<Read<FileRecord>> {
  const found = await lstat(start)
  if (found.isFile()) yield { record: fileAt(start, basename(start), found) }
  else yield* below(root, start, '', 0)
}

async function* below(root: string, folder: string, prefix: string, depth: number): AsyncGenerator<Read<FileRecord>> {
  if (depth > deepest) {
    yield { problem: refused(folder, 'too_deep', `folders are nested more than ${deepest} deep`) }
    return
  }
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (!entries) {
    yield { problem: refused(folder, 'unreadable', 'the folder cannot be read') }
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    const name = `${prefix}${entry.name}`
    if (entry.isDirectory()) yield* below(root, path, `${name}/`, depth + 1)
    else if (entry.isFile()) yield { record: fileAt(path, name, await stat(path)) }
    else if (entry.isSymbolicLink()) yield await linked(root, path, name)
    else yield { problem: refused(path, 'not_a_file', 'it is neither a file nor a folder') }
  }
}

async function linked(root: string, path: string, name: string): Promise<Read<FileRecord>> {
  const target = await real(path)
  if (target === undefined)
    return { problem: refused(path, 'file_missing', 'it is a link to a file that is not there') }
  if (!isWithin(root, target))
    return { problem: refused(path, 'link_leaves_root', 'it is a link that leaves the folder') }
  const found = await stat(target)
  if (!found.isFile())
    return { problem: refused(path, 'link_to_folder', 'it is a link to a folder, which is not followed') }
  return { record: fileAt(target, name, found) }
}

const fileAt = (real: string, path: string, { size, mtimeMs }: { size: number; mtimeMs: number }): FileRecord => ({
  path,
  size,
  stamp: `${size}:${mtimeMs}`,
  async open(): Promise<Readable> {
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW)
    if (!(await handle.stat()).isFile()) {
      await handle.close()
      throw new Error('it is not a file any more')
    }
    return handle.createReadStream()
  },
})

const real = (path: string) => realpath(path).catch(() => undefined)
const isWithin = (root: string, path: string) =>
  path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)

const refused = (subject: string, code: string, message: string): ImportProblem => ({
  kind: 'artifact',
  subject,
  code,
  message,
})
