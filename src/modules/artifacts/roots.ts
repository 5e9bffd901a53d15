import type { Blobs } from '../../blobs/blobs.ts'
import { type DirectPlace, type DirectStores, within } from '../../blobs/direct.ts'
import type { Db } from '../../db/database.ts'
import { notFound } from '../../lib/errors.ts'
import type { Content } from './download.ts'
import { mediaTypeOf } from './media-types.ts'
import { pathOfUri, splitPath } from './paths.ts'
import type { ArtifactEntry } from './schema.ts'
import * as store from './store.ts'

/** The files of a run or a logged model, wherever its artifact address points. Paths are relative to it. */
export type ArtifactRoot = {
  readonly uri: string
  /** Its path in the vault; undefined for a direct store. */
  readonly vault: string | undefined
  list(folder: string): Promise<ArtifactEntry[]>
  find(path: string): Promise<Content | undefined>
  isFolder(path: string): Promise<boolean>
}

/** Throws `bad_request` for an address that is neither in the vault nor in a direct store that the policy allows. */
export function openRoot(
  { db, blobs, direct }: { db: Db; blobs: Blobs; direct: DirectStores },
  uri: string,
): ArtifactRoot {
  const vault = pathOfUri(uri)
  return vault === undefined ? directRoot(direct, direct.demand(uri), uri) : vaultRoot({ db, blobs }, vault, uri)
}

function vaultRoot({ db, blobs }: { db: Db; blobs: Blobs }, vault: string, uri: string): ArtifactRoot {
  const at = (path: string) => [vault, path].filter((part) => part !== '').join('/')
  return {
    uri,
    vault,
    list: (folder) => store.listFolder(db, at(folder)),
    isFolder: (path) => store.isFolder(db, at(path)),
    async find(path) {
      const file = await store.findFile(db, at(path))
      if (!file) return undefined
      const { digest, size, media_type } = file
      const open: Content['open'] = async (range) => (await blobs.open(digest, range)).stream
      return { name: splitPath(file.path).name, digest, size, media_type, open }
    },
  }
}

function directRoot(direct: DirectStores, place: DirectPlace, uri: string): ArtifactRoot {
  return {
    uri,
    vault: undefined,
    list: (folder) => direct.list(within(place, folder)),
    isFolder: async (path) => (await direct.list(within(place, path))).length > 0,
    async find(path) {
      const there = within(place, path)
      const found = await direct.head(there)
      if (!found) return undefined
      const { name } = splitPath(path)
      const open: Content['open'] = async (range) => {
        const stream = await direct.open(there, range)
        if (!stream) throw notFound('artifact', path)
        return stream
      }
      return { name, size: found.size, media_type: mediaTypeOf(name), open }
    },
  }
}
