import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import type { Blobs } from '../blobs/blobs.ts'
import { createFolderBlobs } from '../blobs/folder.ts'
import type { S3Place } from '../blobs/s3.ts'
import type { Bucket } from '../blobs/s3-bucket.ts'
import type { Digest } from '../lib/ids.ts'

export const onS3 = process.env.TEST_BLOBS === 's3'

/** A store of its own for one test, and what only somebody with the keys to it can do. */
export type TestStore = {
  blobs: Blobs
  /** Puts other bytes where a blob lies. */
  damage(digest: Digest, bytes: string): Promise<void>
  /** What uploads left behind. */
  leftovers(): Promise<string[]>
}

export const testStore = (): Promise<TestStore> => (onS3 ? s3Store() : folderStore())

async function folderStore(): Promise<TestStore> {
  const root = await mkdtemp(join(tmpdir(), 'blobs-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const blobs = await createFolderBlobs({ root })
  return {
    blobs,
    async damage(digest, bytes) {
      const path = join(root, keyOf(digest))
      await rm(path, { force: true })
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
    },
    leftovers: async () => [...(await readdir(join(root, 'incoming'))), ...(await readdir(join(root, 'parts')))],
  }
}

async function s3Store(): Promise<TestStore> {
  const { createS3Blobs } = await import('../blobs/s3.ts')
  const { place, bucket } = await testBucket()
  // Small copies, so that the path of the largest blobs is taken too.
  const blobs = await createS3Blobs({ ...place, sizes: { whole: 20 * 1024 ** 2, part: 6 * 1024 ** 2 } })
  return {
    blobs,
    damage: (digest, bytes) => bucket.put(`${place.prefix}/${keyOf(digest)}`, Buffer.from(bytes)),
    async leftovers() {
      const incoming = `${place.prefix}/incoming/`
      const objects = await Array.fromAsync(bucket.list(incoming), ({ key }) => key)
      return [...objects, ...(await bucket.uploads.pending(incoming)).map(({ upload }) => upload)]
    },
  }
}

const keyOf = (digest: Digest) => `sha256/${digest.slice(7, 9)}/${digest.slice(9, 11)}/${digest.slice(7)}`

const bucketName = 'modelkeep-tests'
let made: Promise<unknown> | undefined

/** A prefix of its own in the bucket of the tests. */
export async function testBucket(): Promise<{ place: S3Place; bucket: Bucket }> {
  const server = inject('s3')
  if (!server) throw new Error('there is no S3 server to test on')
  const { openBucket } = await import('../blobs/s3-bucket.ts')
  const place: S3Place = {
    bucket: bucketName,
    prefix: `t${randomBytes(6).toString('hex')}`,
    endpoint: server.endpoint,
    region: server.region,
    pathStyle: true,
  }
  const bucket = openBucket(place)
  onTestFinished(() => bucket.close())
  made ??= makeBucket(place)
  await made
  return { place, bucket }
}

async function makeBucket(place: S3Place) {
  const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
  const { connectS3 } = await import('../blobs/s3-connect.ts')
  const client = connectS3(place)
  await client.send(new CreateBucketCommand({ Bucket: bucketName })).catch((error: Error) => {
    if (!error.name.startsWith('BucketAlready')) throw error
  })
  client.destroy()
}
