import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sha256 } from '../lib/digest.ts'
import type { Digest } from '../lib/ids.ts'
import type { Blobs } from './blobs.ts'
import { createFolderBlobs } from './folder.ts'

const hello = Buffer.from('hello, blobs')
const absent = sha256('never stored')

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
  test('comes back whole, whatever its size and the pieces it arrives in', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 70_000, size: 'max' }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        const whole = Buffer.concat(parts)
        const stored = await blobs.put(chunks(...parts), { expect: sha256(whole), limit: whole.length })
        expect(stored).toEqual({ digest: sha256(whole), size: whole.length })
        expect((await read(stored.digest)).equals(whole)).toBe(true)
        expect(await blobs.verify(stored.digest)).toEqual({ outcome: 'intact', size: whole.length })
      }),
      { numRuns: 25 },
    )
  })

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

  test('is stored once when many put it at the same time', async () => {
    const content = randomBytes(3_000_000)
    const stored = await Promise.all(Array.from({ length: 8 }, () => blobs.put(Readable.from([content]))))
    expect(new Set(stored.map((one) => one.digest))).toEqual(new Set([sha256(content)]))
    expect(await Array.fromAsync(blobs.list())).toMatchObject([{ digest: sha256(content), size: content.length }])
    expect(await readdir(join(root, 'incoming'))).toEqual([])
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

  test('again replaces a file that was cut short', async () => {
    const { digest } = await blobs.put(chunks(hello))
    await rm(fileOf(digest))
    await writeFile(fileOf(digest), 'hel')
    expect(await blobs.verify(digest)).toEqual({ outcome: 'damaged', size: 3, actual: sha256('hel') })
    await blobs.put(chunks(hello))
    expect(await blobs.verify(digest)).toEqual({ outcome: 'intact', size: hello.length })
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
  test('more bytes than the limit', async () => {
    const put = blobs.put(chunks(hello, hello), { limit: hello.length * 2 - 1 })
    await expect(put).rejects.toMatchObject({ code: 'too_large' })
    await expectNothingStored()
  })

  test('other content than expected', async () => {
    const put = blobs.put(chunks(hello), { expect: absent })
    await expect(put).rejects.toMatchObject({
      code: 'bad_request',
      detail: { expected: absent, actual: sha256(hello) },
    })
    await expectNothingStored()
  })

  test('a stream that breaks, however it breaks', async () => {
    async function* breaking() {
      yield randomBytes(2_000_000)
      throw new Error('connection reset')
    }
    const destroyed = new Readable({ read() {} })
    destroyed.push(hello)
    setImmediate(() => destroyed.destroy())
    for (const source of [breaking(), Readable.from(breaking()), destroyed]) {
      await expect(blobs.put(source)).rejects.toMatchObject({ code: 'bad_request', cause: expect.any(Error) })
    }
    await expectNothingStored()
  })

  test('an upload that is aborted while its sender says nothing', async () => {
    const silent = new Readable({ read() {} })
    silent.push(hello)
    const controller = new AbortController()
    const put = blobs.put(silent, { signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(put).rejects.toMatchObject({ code: 'bad_request', message: 'the upload was aborted' })
    expect(silent.destroyed).toBe(false)
    await expect(blobs.put(chunks(hello), { signal: AbortSignal.abort() })).rejects.toThrow('the upload was aborted')
    await expectNothingStored()
  })

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

  test('what looks like a digest and is a path', async () => {
    for (const digest of ['sha256:../../../etc/passwd', `sha256:${'A'.repeat(64)}`, 'sha256:'] as const) {
      await expect(blobs.head(digest)).rejects.toMatchObject({ code: 'bad_request' })
      await expect(blobs.delete(digest)).rejects.toMatchObject({ code: 'bad_request' })
    }
  })
})

describe('ranges', () => {
  test('select bytes, both ends included, and stop at the last one', async () => {
    const { digest } = await blobs.put(chunks(hello))
    const size = hello.length
    expect(await blobs.open(digest, { start: 7, end: 99 }).then(drop)).toEqual({ size, start: 7, length: size - 7 })
    expect((await read(digest, { start: 0, end: 0 })).toString()).toBe('h')
    expect((await read(digest, { start: 7 })).toString()).toBe('blobs')
    expect((await read(digest, { end: 4 })).toString()).toBe('hello')
    expect((await read(digest, { start: 7, end: 99 })).toString()).toBe('blobs')
  })

  test.each([{ start: hello.length }, { start: 5, end: 4 }, { start: -1 }, { start: 0.5 }, { end: Number.NaN }])(
    '%o is refused',
    async (range) => {
      const { digest } = await blobs.put(chunks(hello))
      await expect(blobs.open(digest, range)).rejects.toMatchObject({
        code: 'bad_request',
        detail: { size: hello.length },
      })
    },
  )

  test('an empty blob opens empty and has no part', async () => {
    const { digest } = await blobs.put(chunks())
    expect(await read(digest)).toHaveLength(0)
    await expect(blobs.open(digest, { start: 0, end: 0 })).rejects.toMatchObject({ code: 'bad_request' })
  })
})

function drop({ stream, ...rest }: Awaited<ReturnType<Blobs['open']>>) {
  stream.destroy()
  return rest
}

describe('the store', () => {
  test('says what is missing', async () => {
    expect(await blobs.head(absent)).toBeUndefined()
    expect(await blobs.verify(absent)).toEqual({ outcome: 'missing' })
    await expect(blobs.open(absent)).rejects.toMatchObject({ code: 'not_found' })
    await expect(blobs.withLocalFile(absent, () => 0)).rejects.toMatchObject({ code: 'not_found' })
    await blobs.delete(absent)
  })

  test('lists in order of digest what was put and not deleted', async () => {
    const stored = await Promise.all(['a', 'b', 'c', 'd'].map((text) => blobs.put(chunks(Buffer.from(text)))))
    const [gone, ...kept] = stored.map((one) => one.digest)
    if (gone) await blobs.delete(gone)
    expect((await Array.fromAsync(blobs.list())).map((one) => one.digest)).toEqual(kept.sort())
  })

  test('lends the file to tools that need one', async () => {
    const { digest } = await blobs.put(chunks(hello))
    expect(await blobs.withLocalFile(digest, async (path) => (await stat(path)).size)).toBe(hello.length)
  })

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
