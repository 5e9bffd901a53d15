import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import type { Blobs } from '../src/blobs/blobs.ts'
import { createFolderBlobs } from '../src/blobs/folder.ts'
import { Digest } from '../src/lib/ids.ts'
import type { ClientResult, ClientTask } from './blobs-client.ts'
import { type Measurement, median } from './measurement.ts'

const bytes = 256 * 1024 * 1024
const rounds = 7

/**
 * Plain node:http leaves the file to the page cache; the store answers once it is on disk. Both take turns, so that a
 * noisy machine disturbs both, and the receiver of a download computes the digest in either case.
 */
export async function measureBlobs(): Promise<Measurement[]> {
  const root = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-blobs-'))
  const plain = join(root, 'plain')
  const blobs = await createFolderBlobs({ root: join(root, 'store') })
  const server = createServer((req, res) => void answer(req, res, blobs, plain)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new Worker(new URL('./blobs-client.ts', import.meta.url))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const speeds = { upload: { blobs: [], plain: [] }, download: { blobs: [], plain: [] } } as Speeds

  try {
    for (let round = 0; round <= rounds; round++) {
      for (const kind of round % 2 ? (['plain', 'blobs'] as const) : (['blobs', 'plain'] as const)) {
        const up = await run(client, { kind: 'upload', url: `${base}/${kind}`, bytes, seed: round })
        const down = await run(client, { kind: 'download', url: `${base}/${kind}/${up.digest}`, bytes, seed: round })
        if (up.reply !== up.digest || down.digest !== up.digest) throw new Error(`${kind}: the digests differ`)
        await (kind === 'blobs' ? blobs.delete(Digest.parse(up.digest)) : rm(plain))
        if (round === 0) continue
        speeds.upload[kind].push(bytes / 1e6 / up.seconds)
        speeds.download[kind].push(bytes / 1e6 / down.seconds)
      }
    }
  } finally {
    await client.terminate()
    server.closeAllConnections()
    server.close()
    await rm(root, { recursive: true })
  }
  return [
    measurement('artifact upload, 256 MB, digest included', 'plain node:http to file with SHA-256', speeds.upload),
    measurement(
      'artifact download, 256 MB, digest included',
      'plain node:http from file with SHA-256',
      speeds.download,
    ),
  ]
}

type Speeds = Record<ClientTask['kind'], Record<'blobs' | 'plain', number[]>>

async function answer(req: IncomingMessage, res: ServerResponse, blobs: Blobs, plain: string): Promise<void> {
  const [, kind, digest] = (req.url ?? '').split('/')
  if (kind === 'blobs' && req.method === 'PUT') res.end((await blobs.put(req)).digest)
  else if (kind === 'blobs') await pipeline((await blobs.open(Digest.parse(digest))).stream, res)
  else if (req.method === 'PUT') res.end(await receivePlainly(req, plain))
  else await pipeline(createReadStream(plain), res)
}

async function receivePlainly(req: IncomingMessage, path: string): Promise<string> {
  const hash = createHash('sha256')
  req.on('data', (chunk) => hash.update(chunk))
  await pipeline(req, createWriteStream(path))
  return `sha256:${hash.digest('hex')}`
}

async function run(client: Worker, task: ClientTask): Promise<ClientResult> {
  const result = once(client, 'message')
  client.postMessage(task)
  return (await result)[0]
}

function measurement(work: string, against: string, speeds: Record<'blobs' | 'plain', number[]>): Measurement {
  const ours = median(speeds.blobs)
  const reference = median(speeds.plain)
  return {
    work,
    against,
    ours: Math.round(ours),
    reference: Math.round(reference),
    ratio: ours / reference,
    goal: 0.8,
    unit: 'MB/s',
    better: 'higher',
  }
}

if (import.meta.main) console.table(await measureBlobs())
