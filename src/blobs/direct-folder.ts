import { constants, type Stats } from 'node:fs'
import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { errorCode, whenMissing } from './incoming.ts'

/** `path` lies below `root`, which the operator named. */
export type FolderPlace = { readonly root: string; readonly path: string }

/** Undefined when nothing is there, or when a link below the root leads to it. */
async function locate({ root, path }: FolderPlace): Promise<{ real: string; found: Stats } | undefined> {
  const folder = await realpath(root).catch(unreadable)
  if (folder === undefined) return undefined
  const wanted = path === '' ? folder : join(folder, path)
  const real = await realpath(wanted).catch(unreadable)
  const found = real === wanted ? await lstat(wanted).catch(unreadable) : undefined
  return found && { real: wanted, found }
}

export async function findFile(place: FolderPlace): Promise<{ size: number } | undefined> {
  const there = await locate(place)
  return there?.found.isFile() ? { size: there.found.size } : undefined
}

export async function listFolder(place: FolderPlace) {
  const there = await locate(place)
  if (!there?.found.isDirectory()) return []
  const names = (await readdir(there.real, { withFileTypes: true }).catch(unreadable)) ?? []
  const entries = names.map(async (entry) => {
    if (entry.isDirectory()) return { name: entry.name, is_dir: true, size: null }
    const found = entry.isFile() ? await lstat(join(there.real, entry.name)).catch(unreadable) : undefined
    return found?.isFile() ? { name: entry.name, is_dir: false, size: found.size } : undefined
  })
  return (await Promise.all(entries)).filter((entry) => entry !== undefined)
}

export async function openFile(
  place: FolderPlace,
  range?: { start: number; end: number },
): Promise<Readable | undefined> {
  const there = await locate(place)
  if (!there?.found.isFile()) return undefined
  if (there.found.size === 0) return Readable.from([])
  const file = await open(there.real, constants.O_RDONLY | constants.O_NOFOLLOW).catch(unreadable)
  return file?.createReadStream({ ...range, highWaterMark: 256 * 1024 })
}

/** What this server may not read is not there for anybody who asks it. */
function unreadable(error: unknown): undefined {
  if (errorCode(error) === 'EACCES' || errorCode(error) === 'ELOOP' || errorCode(error) === 'ENAMETOOLONG')
    return undefined
  return whenMissing(error)
}
