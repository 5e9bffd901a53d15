import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../lib/digest.ts'
import type { Digest } from '../lib/ids.ts'
import { onS3, type TestStore, testStore } from '../testing/blobs.ts'
import type { Blobs } from './blobs.ts'

const hello = Buffer.from('hello, blobs')
const absent = sha256('never stored')
const mebibyte = 1024 ** 2

let store: TestStore
let blobs: Blobs

beforeEach(async () => {
  store = await testStore()
  blobs = store.blobs
})

async function* chunks(...parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts
}

const read = async (digest: Digest, range = {}) => buffer((await blobs.open(digest, range)).stream)

async function expectNothingStored(): Promise<void> {
  expect(await Array.fromAsync(blobs.list())).toEqual([])
  expect(await store.leftovers()).toEqual([])
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
      { numRuns: onS3 ? 8 : 25 },
    )
  })

  test.each([16 * mebibyte, 16 * mebibyte + 1, 37 * mebibyte])('is whole when it has %i bytes', async (size) => {
    const content = Buffer.alloc(size, randomBytes(1021))
    const pieces = Array.from({ length: Math.ceil(size / 999_983) }, (_, i) =>
      content.subarray(i * 999_983, (i + 1) * 999_983),
    )
    const stored = await blobs.put(Readable.from(pieces))
    expect(stored).toEqual({ digest: sha256(content), size })
    expect(await blobs.verify(stored.digest)).toEqual({ outcome: 'intact', size })
    const middle = { start: 15 * mebibyte, end: 15 * mebibyte + 99 }
    expect((await read(stored.digest, middle)).equals(content.subarray(middle.start, middle.end + 1))).toBe(true)
    expect(await store.leftovers()).toEqual([])
  })

  test('is stored once when many put it at the same time', async () => {
    const content = randomBytes(3_000_000)
    const stored = await Promise.all(Array.from({ length: 8 }, () => blobs.put(Readable.from([content]))))
    expect(new Set(stored.map((one) => one.digest))).toEqual(new Set([sha256(content)]))
    expect(await Array.fromAsync(blobs.list())).toMatchObject([{ digest: sha256(content), size: content.length }])
    expect(await store.leftovers()).toEqual([])
  })

  test('again counts as stored now', async () => {
    await blobs.put(chunks(hello))
    await blobs.put(chunks(hello))
    const [listed, ...others] = await Array.fromAsync(blobs.list())
    expect(others).toEqual([])
    expect(Math.abs(Date.now() - (listed?.storedAt.getTime() ?? 0))).toBeLessThan(60_000)
  })

  test('again replaces what was cut short', async () => {
    const { digest } = await blobs.put(chunks(hello))
    await store.damage(digest, 'hel')
    expect(await blobs.verify(digest)).toEqual({ outcome: 'damaged', size: 3, actual: sha256('hel') })
    await blobs.put(chunks(hello))
    expect(await blobs.verify(digest)).toEqual({ outcome: 'intact', size: hello.length })
  })
})

describe('refused', () => {
  test.each([1, 20 * mebibyte])('more bytes than the limit of %i', async (limit) => {
    const put = blobs.put(chunks(Buffer.alloc(limit), hello), { limit })
    await expect(put).rejects.toMatchObject({ code: 'too_large' })
    await expectNothingStored()
  })

  test.each([12, 17 * mebibyte])('other content than expected, of %i bytes', async (size) => {
    const content = Buffer.alloc(size)
    await expect(blobs.put(chunks(content), { expect: absent })).rejects.toMatchObject({
      code: 'bad_request',
      detail: { expected: absent, actual: sha256(content) },
    })
    await expectNothingStored()
  })

  test('a stream that breaks, however it breaks', async () => {
    async function* breaking() {
      yield randomBytes(17 * mebibyte)
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
    await expect(blobs.open(absent, { start: 1 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(blobs.withLocalFile(absent, () => 0)).rejects.toMatchObject({ code: 'not_found' })
    await blobs.delete(absent)
  })

  test('lists in order of digest what was put and not deleted', async () => {
    const stored = await Promise.all(['a', 'b', 'c', 'd'].map((text) => blobs.put(chunks(Buffer.from(text)))))
    const [gone, ...kept] = stored.map((one) => one.digest)
    if (gone) await blobs.delete(gone)
    expect((await Array.fromAsync(blobs.list())).map((one) => one.digest)).toEqual(kept.sort())
  })

  test('lends a file to tools that need one, and takes it back', async () => {
    const { digest } = await blobs.put(chunks(hello))
    const lent = await blobs.withLocalFile(digest, async (path) => ({ path, size: (await stat(path)).size }))
    expect(lent.size).toBe(hello.length)
    if (onS3) await expect(stat(lent.path)).rejects.toThrow('ENOENT')
  })
})

describe('parts', () => {
  const large = Buffer.alloc(6 * mebibyte, 'large part ')

  test('are joined in the order they are named in, whenever they came', async () => {
    const upload = await blobs.parts.begin()
    const [second, first] = await Promise.all([
      blobs.parts.put(upload, 2, chunks(hello)),
      blobs.parts.put(upload, 1, chunks(large)),
    ])
    const whole = Buffer.concat([large, hello])
    const named = [
      { number: 1, etag: first.etag },
      { number: 2, etag: second.etag },
    ]
    const stored = await blobs.parts.join(upload, named, { expect: sha256(whole) })
    expect(stored).toEqual({ digest: sha256(whole), size: whole.length })
    expect((await read(stored.digest)).equals(whole)).toBe(true)
    expect(await store.leftovers()).toEqual([])
  })

  test('that are sent again replace what came before', async () => {
    const upload = await blobs.parts.begin()
    await blobs.parts.put(upload, 1, chunks(Buffer.from('first attempt')))
    const { etag } = await blobs.parts.put(upload, 1, chunks(hello))
    expect((await blobs.parts.join(upload, [{ number: 1, etag }])).digest).toBe(sha256(hello))
  })

  test('that are not there, or other bytes, are refused', async () => {
    const upload = await blobs.parts.begin()
    const { etag } = await blobs.parts.put(upload, 1, chunks(hello))
    for (const named of [
      [{ number: 2, etag }],
      [{ number: 1, etag: '"0123456789abcdef0123456789abcdef"' }],
      [{ number: 1, etag: '../../etc/passwd' }],
    ]) {
      await expect(blobs.parts.join(upload, named)).rejects.toMatchObject({ code: 'bad_request' })
    }
    await blobs.parts.discard(upload)
    await expectNothingStored()
  })

  test('of an upload that nobody began are refused, and discarding it succeeds', async () => {
    const upload = await blobs.parts.begin()
    await blobs.parts.discard(upload)
    await blobs.parts.discard(upload)
    const late = blobs.parts.put(upload, 1, chunks(hello))
    await expect(late).rejects.toMatchObject({ code: 'bad_request' })
    for (const name of ['../sha256', 'x', '']) {
      await expect(blobs.parts.put(name, 1, chunks(hello))).rejects.toMatchObject({ code: 'bad_request' })
    }
    await expectNothingStored()
  })
})
