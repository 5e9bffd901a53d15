import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { sha256 } from '../lib/digest.ts'
import { testBucket } from '../testing/blobs.ts'
import { createS3Blobs } from './s3.ts'

async function* bytes(text: string) {
  yield Buffer.from(text)
}

test('a presigned address delivers the bytes to whoever has it, named and typed as it says', async () => {
  const { place } = await testBucket()
  const blobs = await createS3Blobs(place)
  const { digest } = await blobs.put(bytes('hello'))
  const options = { expiresInSeconds: 60, disposition: 'attachment; filename="a.txt"', mediaType: 'text/plain' }
  const address = await blobs.presign?.(digest, options)
  const reply = await fetch(address ?? '')
  expect([reply.status, await reply.text()]).toEqual([200, 'hello'])
  expect(reply.headers.get('content-disposition')).toBe(options.disposition)
  const part = await fetch(address ?? '', { headers: { range: 'bytes=1-2' } })
  expect([part.status, await part.text()]).toEqual([206, 'el'])
  const altered = new URL(address ?? '')
  altered.searchParams.set('X-Amz-Expires', '9999')
  expect((await fetch(altered)).status).toBe(403)
})

test('parts that clients put to the store itself are joined by their etags', async () => {
  const { place } = await testBucket()
  const blobs = await createS3Blobs(place)
  const large = Buffer.alloc(6 * 1024 ** 2, 'part ')
  const upload = await blobs.parts.begin()
  const put = async (number: number, body: Buffer) => {
    const address = await blobs.parts.presign?.(upload, number, { expiresInSeconds: 60 })
    const reply = await fetch(address ?? '', { method: 'PUT', body: new Uint8Array(body) })
    return { number, etag: reply.headers.get('etag') ?? '' }
  }
  const named = await Promise.all([put(1, large), put(2, Buffer.from('end'))])
  const { digest, size } = await blobs.parts.join(upload, named)
  expect({ digest, size }).toEqual({
    digest: sha256(Buffer.concat([large, Buffer.from('end')])),
    size: large.length + 3,
  })
  expect((await buffer((await blobs.open(digest)).stream)).subarray(-3).toString()).toBe('end')
})

test('prefixes of one bucket do not see each other', async () => {
  const { place } = await testBucket()
  const [one, other] = await Promise.all(
    ['one', 'other'].map((name) => createS3Blobs({ ...place, prefix: `${place.prefix}/${name}` })),
  )
  await one?.put(bytes('mine'))
  expect(await Array.fromAsync(other?.list() ?? [])).toEqual([])
  expect(await other?.head(sha256('mine'))).toBeUndefined()
})

test('where clients do not reach the store, no address of it is handed out', async () => {
  const { place } = await testBucket()
  const blobs = await createS3Blobs({ ...place, presign: false })
  expect([blobs.presign, blobs.parts.presign]).toEqual([undefined, undefined])
})

test('a store that refuses or does not answer is unavailable, in words without its secrets', async () => {
  const { place } = await testBucket()
  await expect(createS3Blobs({ ...place, bucket: 'no-such-bucket' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^s3:\/\/no-such-bucket cannot be used: the artifact store refused the request \((NotFound|NoSuchBucket)\)$/,
    ),
  })
  await expect(createS3Blobs({ ...place, endpoint: 'http://127.0.0.1:9' })).rejects.toMatchObject({
    code: 'unavailable',
    message: `s3://${place.bucket} cannot be used: the artifact store does not answer (ECONNREFUSED)`,
  })
  const secret = process.env.AWS_SECRET_ACCESS_KEY
  process.env.AWS_SECRET_ACCESS_KEY = 'wrong-secret'
  try {
    const refused = await createS3Blobs(place).catch((error: Error) => error.message)
    expect(refused).toMatch(/cannot be used: the artifact store refused the request \(\w+\)$/)
  } finally {
    process.env.AWS_SECRET_ACCESS_KEY = secret
  }
})

test('what an upload of days ago left behind is removed at the start', async () => {
  const { place, bucket } = await testBucket()
  const incoming = `${place.prefix}/incoming`
  await bucket.put(`${incoming}/old`, Buffer.from('x'))
  await bucket.uploads.begin(`${incoming}/begun`)
  const later = (days: number) => ({ now: () => new Date(Date.now() + days * 24 * 3600 * 1000) })
  await createS3Blobs({ ...place, clock: later(1) })
  expect(await bucket.head(`${incoming}/old`)).toMatchObject({ size: 1 })
  await createS3Blobs({ ...place, clock: later(3) })
  expect(await bucket.head(`${incoming}/old`)).toBeUndefined()
  expect(await bucket.uploads.pending(incoming)).toEqual([])
})

test('a store that is closed gives its connections back', async () => {
  const { place } = await testBucket()
  const server = createServer({ keepAliveTimeout: 60_000 }, (_req, res) => {
    res.setHeader('content-type', 'application/xml')
    res.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const open = () =>
      new Promise<number>((resolve) => server.getConnections((_error, count) => setImmediate(resolve, count)))
    const { port } = server.address() as AddressInfo
    const blobs = await createS3Blobs({ ...place, endpoint: `http://127.0.0.1:${port}`, pathStyle: true })
    expect(await open()).toBeGreaterThan(0)
    blobs.close?.()
    await expect.poll(open).toBe(0)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
