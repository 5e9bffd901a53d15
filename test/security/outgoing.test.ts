import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createPost } from '../../src/modules/notifications/index.ts'
import { createSourceClient } from '../../src/protocols/mlflow/import/server-client.ts'

const lookup = vi.hoisted(() => vi.fn<(host: string) => { address: string; family: number }[]>())
vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof import('node:dns/promises')>()),
  lookup: async (host: string) => lookup(host),
}))

/** A server on loopback that must not be reached, or that sends its visitors elsewhere. */
async function insider(redirectTo?: string) {
  const asked: string[] = []
  const server = createServer((req, reply) => {
    asked.push(`${req.method} ${req.url}`)
    reply.writeHead(redirectTo === undefined ? 200 : 307, redirectTo === undefined ? {} : { location: redirectTo })
    reply.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { asked, port: (server.address() as AddressInfo).port }
}

test('a name that changes its mind between the check and the connection leads to the address that was checked', async () => {
  const { asked, port } = await insider()
  const [checked, inside] = [
    { address: '192.0.2.1', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ]
  const limits = { timeoutMs: 300, largestAnswer: 100 }
  lookup.mockReturnValueOnce([{ ...checked, address: '1.1.1.1' }, inside])
  const mixed = await createPost(new Set(), limits)(`https://rebind.example:${port}/`, {}, '{}')
  expect(mixed).toMatchObject({ outcome: 'failed', error: expect.stringContaining('resolves to 127.0.0.1') })

  // The operator trusts the name, so that its address may be any; it is looked up once, and the second answer counts for nothing.
  lookup.mockReturnValueOnce([checked]).mockReturnValue([inside])
  const pinned = await createPost(new Set(['rebind.example']), limits)(`http://rebind.example:${port}/`, {}, '{}')
  expect(pinned.outcome).toBe('failed')
  expect(lookup).toHaveBeenCalledTimes(2)

  lookup.mockReset().mockReturnValueOnce([inside])
  const reached = await createPost(new Set(['rebind.example']), limits)(`http://rebind.example:${port}/`, {}, '{}')
  expect(reached).toMatchObject({ outcome: 'answered', status: 200 })
  expect(asked).toEqual(['POST /'])
})

test('a redirect to an address inside is an answer like others for deliveries and scoring, and ends an import', async () => {
  const { asked, port } = await insider()
  const door = await insider(`http://127.0.0.1:${port}/inside`)
  const posted = await createPost(new Set(['127.0.0.1']))(`http://127.0.0.1:${door.port}/`, {}, '{}')
  expect(posted).toMatchObject({ outcome: 'answered', status: 307 })
  const source = createSourceClient(new URL(`http://127.0.0.1:${door.port}/`), { token: 'a token that stays here' })
  await expect(source.get('/api/2.0/mlflow/experiments/get')).rejects.toThrow('answered 307')
  expect(door.asked).toHaveLength(2)
  expect(asked).toEqual([])
})
