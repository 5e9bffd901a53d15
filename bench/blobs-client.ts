import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { parentPort } from 'node:worker_threads'

/** The sender and receiver of the measurement, in a thread of its own so that the server has one for itself. */
export type ClientTask = { kind: 'upload' | 'download'; url: string; bytes: number; seed: number }
export type ClientResult = { seconds: number; digest: string; reply: string }

const block = randomBytes(1024 * 1024)

parentPort?.on('message', async (task: ClientTask) => {
  parentPort?.postMessage(task.kind === 'upload' ? await upload(task) : await download(task))
})

async function upload({ url, bytes, seed }: ClientTask): Promise<ClientResult> {
  block.writeUInt32BE(seed)
  const hash = createHash('sha256')
  for (let sent = 0; sent < bytes; sent += block.length) hash.update(block)
  const digest = `sha256:${hash.digest('hex')}`

  const start = performance.now()
  const req = request(url, { method: 'PUT', agent: false, headers: { 'content-length': bytes } })
  const answered = once(req, 'response')
  for (let sent = 0; sent < bytes; sent += block.length) if (!req.write(block)) await once(req, 'drain')
  req.end()
  const [response] = await answered
  const reply = await text(response)
  return { seconds: (performance.now() - start) / 1000, digest, reply }
}

async function download({ url }: ClientTask): Promise<ClientResult> {
  const start = performance.now()
  const req = request(url, { agent: false }).end()
  const [response] = await once(req, 'response')
  const hash = createHash('sha256')
  for await (const chunk of response) hash.update(chunk)
  const digest = `sha256:${hash.digest('hex')}`
  return { seconds: (performance.now() - start) / 1000, digest, reply: digest }
}
