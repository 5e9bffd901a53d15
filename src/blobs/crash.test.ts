import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../lib/errors.ts'
import { createFolderBlobs } from './folder.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'blobs-'))
})
afterEach(() => rm(root, { recursive: true }))

test('a writer that is killed leaves no blob, and the next start removes what it wrote', async () => {
  const program = `
    import { createFolderBlobs } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)}
    const blobs = await createFolderBlobs({ root: ${JSON.stringify(root)} })
    await blobs.put((async function* () {
      for (let i = 0; i < 4; i++) yield new Uint8Array(1_000_000)
      console.log('writing')
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    })())`
  const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(writer.stdout, 'data')
  expect(await readdir(join(root, 'incoming'))).toHaveLength(1)
  writer.kill('SIGKILL')
  await once(writer, 'exit')

  const blobs = await createFolderBlobs({ root })
  expect(await Array.fromAsync(blobs.list())).toEqual([])
  expect(await readdir(join(root, 'incoming'))).toEqual([])
})

test('over HTTP, a refused upload gets its answer and one that is cut off leaves nothing', async () => {
  const blobs = await createFolderBlobs({ root })
  const outcomes: Promise<string>[] = []
  const server = createServer((req, res) => {
    const outcome = blobs.put(req, { limit: 5_000_000 }).then(
      ({ size }) => `${size} stored`,
      (error) => (error instanceof AppError ? error.code : String(error)),
    )
    outcomes.push(outcome)
    outcome.then((text) => res.end(text))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const post = async (size: number) => (await fetch(url, { method: 'POST', body: new Uint8Array(size) })).text()
  expect(await post(0)).toBe('0 stored')
  expect(await post(5_000_000)).toBe('5000000 stored')
  expect(await post(5_000_001)).toBe('too_large')

  const cut = request(url, { method: 'POST', headers: { 'content-length': 4_000_000 } })
  cut.on('error', () => {})
  cut.write(new Uint8Array(2_000_000))
  while (outcomes.length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  cut.destroy()
  expect(await outcomes[3]).toBe('bad_request')
  server.close()

  expect(await Array.fromAsync(blobs.list())).toHaveLength(2)
  expect(await readdir(join(root, 'incoming'))).toEqual([])
})
