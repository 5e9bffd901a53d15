import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Digest } from '../lib/ids.ts'
import type { Blobs } from './blobs.ts'
import { createFolderBlobs } from './folder.ts'

const hello = Buffer.from('hello, blobs')

let root: string
let blobs: Blobs

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'blobs-'))
  blobs = await createFolderBlobs({ root })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

async function* chunks(...parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts
}

const fileOf = (digest: Digest) => join(root, 'sha256', digest.slice(7, 9), digest.slice(9, 11), digest.slice(7))
const read = async (digest: Digest, range = {}) => buffer((await blobs.open(digest, range)).stream)

async function expectNothingStored(): Promise<void> {
  expect(await Array.fromAsync(blobs.list())).toEqual([])
  expect(await readdir(join(root, 'incoming'))).toEqual([])
}

describe('what is put', () => {
  test('is whole also when the system writes less than it was given', async () => {
    const handle = await open(join(root, 'any'), 'w')
    const proto = Object.getPrototypeOf(handle) as typeof handle
    await handle.close()
    const { writev } = proto
    vi.spyOn(proto, 'writev').mockImplementation(function (this: typeof handle, buffers) {
      return writev.call(this, [
        Buffer.from(buffers[0]?.buffer ?? new ArrayBuffer(0), buffers[0]?.byteOffset, 3),
      ]) as ReturnType<typeof writev>
    })
    const parts = Array.from({ length: 20 }, () => randomBytes(100_000))
    const { digest } = await blobs.put(Readable.from(parts))
    expect((await read(digest)).equals(Buffer.concat(parts))).toBe(true)
  })

  test('again keeps the file and counts as stored now', async () => {
    const { digest } = await blobs.put(chunks(hello))
    await utimes(fileOf(digest), 1000, 1000)
    const before = await stat(fileOf(digest))
    await blobs.put(chunks(hello))
    expect((await stat(fileOf(digest))).ino).toBe(before.ino)
    const [listed] = await Array.fromAsync(blobs.list())
    expect(Date.now() - (listed?.storedAt.getTime() ?? 0)).toBeLessThan(60_000)
  })

  test('is for the owner alone', async () => {
    const { digest } = await blobs.put(chunks(hello))
    const mode = async (path: string) => (await stat(path)).mode & 0o777
    expect(await mode(fileOf(digest))).toBe(0o400)
    const folder = dirname(fileOf(digest))
    for (const path of [folder, dirname(folder), join(root, 'sha256'), join(root, 'incoming')]) {
      expect(await mode(path)).toBe(0o700)
    }
  })
})

describe('refused', () => {
  test.each(['writev', 'datasync', 'sync'] as const)('an upload to a disk that is full at %s', async (operation) => {
    const handle = await open(join(root, 'any'), 'w')
    await handle.close()
    const full = Object.assign(new Error(operation), { code: 'ENOSPC' })
    vi.spyOn(Object.getPrototypeOf(handle), operation).mockRejectedValueOnce(full)
    await expect(blobs.put(chunks(randomBytes(33 * 1024 * 1024), hello))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the blob store has no space left; nothing was stored',
      cause: full,
    })
    await expectNothingStored()
  })
})

describe('the store', () => {
  test('never follows symbolic links', async () => {
    const { digest } = await blobs.put(chunks(hello))
    const outside = join(root, 'outside')
    await mkdir(outside)

    await rename(fileOf(digest), join(outside, 'file'))
    await symlink(join(outside, 'file'), fileOf(digest))
    expect(await blobs.head(digest)).toBeUndefined()
    await expect(blobs.open(digest)).rejects.toMatchObject({ code: 'not_found' })
    await blobs.put(chunks(hello))
    expect((await read(digest)).equals(hello)).toBe(true)

    const folder = dirname(dirname(fileOf(digest)))
    await rename(folder, join(outside, 'folder'))
    await symlink(join(outside, 'folder'), folder)
    expect(await blobs.head(digest)).toBeUndefined()
    await expect(blobs.put(chunks(hello))).rejects.toThrow('is not a folder')
    await blobs.delete(digest)
    expect(await readdir(outside, { recursive: true })).toContain(join('folder', digest.slice(9, 11), digest.slice(7)))
  })

  test('removes at its start what nobody is writing any more', async () => {
    const incoming = join(root, 'incoming')
    const host = encodeURIComponent(hostname())
    const names = { dead: `${host}~4194305~1`, reused: `${host}~${process.pid}~1`, old: 'elsewhere~1~1' }
    const kept = [`${host}~${process.pid}~2`, `${host}~${process.ppid}~1`, 'elsewhere~1~2']
    for (const name of [...Object.values(names), ...kept]) await writeFile(join(incoming, name), '')
    const hoursAgo = (hours: number) => Date.now() / 1000 - hours * 3600
    await utimes(join(incoming, names.reused), hoursAgo(20), hoursAgo(20))
    await utimes(join(incoming, names.old), hoursAgo(25), hoursAgo(25))
    await chmod(join(incoming, names.dead), 0o400)

    await createFolderBlobs({ root })
    expect((await readdir(incoming)).sort()).toEqual(kept.sort())
  })
})
