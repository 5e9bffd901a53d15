import { basename } from 'node:path'
import type { FileOwner, FileRecord, Listing, Read } from '../../../modules/imports/index.ts'
import { placeOf } from './location.ts'
import { type SourceClient, SourceError } from './server-client.ts'
import { Files } from './server-messages.ts'

const api = '/api/2.0/mlflow'
const proxy = '/api/2.0/mlflow-artifacts/artifacts'
const deepest = 64

/** How one owner's files are listed and fetched; paths are relative to its location. */
type Door = {
  list: (folder: string, token: string) => Promise<unknown>
  fetch: (path: string) => ReturnType<SourceClient['bytes']>
  /** Whether a listing names whole paths or only what follows the folder. */
  whole: boolean
}

export async function serverFiles(client: SourceClient, location: string, owner: FileOwner): Promise<Listing> {
  const place = placeOf(location)
  if (place.kind === 'refused') return { outcome: 'refused', reason: place.reason }
  const door = doorOf(client, owner, place.kind === 'proxied' ? place.segments : undefined)
  if (!door) {
    const root = place.kind === 'remote' ? place.root : 'file:'
    return {
      outcome: 'unreachable',
      root,
      reason: 'the server hands out no files from there',
      elsewhere: place.kind === 'remote',
    }
  }
  try {
    const first = await listed(door, '')
    return { outcome: 'listed', files: below(door, '', first, 0) }
  } catch (error) {
    if (!(error instanceof SourceError) || error.status < 400) throw error
    const root = place.kind === 'remote' ? place.root : `${place.kind}:`
    return {
      outcome: 'unreachable',
      root,
      reason: `its files cannot be listed: ${error.message}`,
      elsewhere: place.kind === 'remote',
    }
  }
}

function doorOf(client: SourceClient, owner: FileOwner, proxied: readonly string[] | undefined): Door | undefined {
  switch (owner.kind) {
    case 'run':
      return {
        list: (path, page_token) =>
          client.get(`${api}/artifacts/list`, { run_id: owner.id, ...some({ path, page_token }) }),
        fetch: (path) => client.bytes('/get-artifact', { run_uuid: owner.id, run_id: owner.id, path }),
        whole: true,
      }
    case 'logged_model': {
      const base = `${api}/logged-models/${encodeURIComponent(owner.id)}/artifacts`
      return {
        list: (path, page_token) =>
          client.get(`${base}/directories`, some({ artifact_directory_path: path, page_token })),
        fetch: (path) =>
          client.bytes(`/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(owner.id)}/artifacts/files`, {
            artifact_file_path: path,
          }),
        whole: true,
      }
    }
    case 'version': {
      if (!proxied || proxied.length === 0) return undefined
      const at = (path: string) => [...proxied, ...path.split('/').filter((part) => part !== '')]
      return {
        list: (path) => client.get(proxy, { path: at(path).join('/') }),
        fetch: (path) => client.bytes(`${proxy}/${at(path).map(encodeURIComponent).join('/')}`),
        whole: false,
      }
    }
  }
}

const some = (query: Record<string, string>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))

type Entry = { path: string; is_dir: boolean; size: number | null }

async function listed(door: Door, folder: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let token = ''; ; ) {
    const answer = Files.parse(await door.list(folder, token))
    for (const file of answer.files) {
      const path = door.whole || folder === '' ? file.path : `${folder}/${basename(file.path)}`
      const is_dir = file.is_dir === true
      entries.push({ path, is_dir, size: is_dir ? null : (file.file_size ?? 0) })
    }
    if (answer.next_page_token === '' || answer.next_page_token === token) return entries
    token = answer.next_page_token
  }
}

async function* below(
  door: Door,
  folder: string,
  entries: readonly Entry[],
  depth: number,
): AsyncGenerator<Read<FileRecord>> {
  for (const { path, is_dir, size } of entries) {
    const isInside = folder === '' ? !path.startsWith('/') : path.startsWith(`${folder}/`)
    if (!isInside || path.split('/').includes('..')) {
      const message = 'the server lists it outside the folder it is in'
      yield { problem: { kind: 'artifact', subject: path, code: 'name_refused', message } }
    } else if (!is_dir) yield { record: { path, size, stamp: null, open: () => door.fetch(path) } }
    else if (depth < deepest) yield* below(door, path, await listed(door, path), depth + 1)
  }
}
