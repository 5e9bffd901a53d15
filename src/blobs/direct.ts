import type { Readable } from 'node:stream'
import { badRequest } from '../lib/errors.ts'
import { findFile, listFolder, openFile } from './direct-folder.ts'
import { type DirectEntry, type DirectPlace, normalUri, within } from './direct-place.ts'
import type { DirectS3 } from './direct-s3.ts'
import type { S3Options } from './s3-connect.ts'

export type DirectStores = ReturnType<typeof createDirectStores>

const schemes = /^(s3|file):/i

/** Addresses of objects and files that a server may be told to read, at all. */
export const isDirect = (uri: string) => schemes.test(uri)

/**
 * Reads where clients write by themselves: buckets and folders under the prefixes that the operator names, and nothing else. Links in
 * folders are not followed.
 */
export function createDirectStores({ prefixes, s3 }: { prefixes: readonly string[]; s3: S3Options }) {
  let bucketsOfS3: Promise<DirectS3> | undefined
  const buckets = () => {
    bucketsOfS3 ??= import('./direct-s3.ts').then(({ createDirectS3 }) => createDirectS3(s3))
    return bucketsOfS3
  }

  /** Undefined where the policy does not allow the address, or it is none. */
  function find(uri: string): DirectPlace | undefined {
    const normal = normalUri(uri)
    const prefix = normal && prefixes.find((one) => `${normal}/`.startsWith(one))
    if (!normal || prefix === undefined) return undefined
    const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(normal) ?? []
    if (bucket !== undefined) return { kind: 's3', bucket, key }
    const root = prefix.slice('file://'.length).replace(/\/$/, '')
    return { kind: 'file', root, path: normal.slice('file://'.length + root.length + 1) }
  }

  function demand(uri: string): DirectPlace {
    const place = find(uri)
    if (place) return place
    const allowed = prefixes.length === 0 ? 'it names none' : `it allows ${prefixes.join(', ')}`
    throw badRequest(
      `The policy of this server for direct stores (MODELKEEP_DIRECT_STORES) does not allow '${uri}': ${allowed}.`,
    )
  }

  /**
   * An address in a bucket says where clients write by themselves, and needs no leave of a server that names no stores. A folder is one of
   * this machine's, and always does.
   */
  function demandLocation(uri: string): void {
    const isFolder = /^(file:|\/|~)/i.test(uri)
    if (isFolder || (prefixes.length > 0 && isDirect(uri))) demand(uri)
  }

  async function list(place: DirectPlace): Promise<DirectEntry[]> {
    const entries = place.kind === 's3' ? await (await buckets()).list(place) : await listFolder(place)
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async function head(place: DirectPlace): Promise<{ size: number } | undefined> {
    return place.kind === 's3' ? (await buckets()).head(place) : findFile(place)
  }

  /** `start` and `end` are inclusive. Undefined when nothing is there. */
  async function open(place: DirectPlace, range?: { start: number; end: number }): Promise<Readable | undefined> {
    return place.kind === 's3' ? (await buckets()).open(place, range) : openFile(place, range)
  }

  /** Every file at or below a place, by its path from there; the place itself, when it is a file, by its own name. */
  async function* filesBelow(place: DirectPlace): AsyncGenerator<{ path: string; place: DirectPlace }> {
    if (await head(place)) yield { path: lastName(place), place }
    for (const { name, is_dir } of await list(place)) {
      const inside = within(place, name)
      if (!is_dir) yield { path: name, place: inside }
      else for await (const file of foldersBelow(inside, name)) yield file
    }
  }

  async function* foldersBelow(place: DirectPlace, path: string): AsyncGenerator<{ path: string; place: DirectPlace }> {
    for (const { name, is_dir } of await list(place)) {
      const inside = within(place, name)
      if (!is_dir) yield { path: `${path}/${name}`, place: inside }
      else yield* foldersBelow(inside, `${path}/${name}`)
    }
  }

  return { find, demand, demandLocation, list, head, open, filesBelow, close: async () => (await bucketsOfS3)?.close() }
}

const lastName = (place: DirectPlace) => (place.kind === 's3' ? place.key : place.path).split('/').at(-1) ?? ''

export { type DirectPlace, within } from './direct-place.ts'
