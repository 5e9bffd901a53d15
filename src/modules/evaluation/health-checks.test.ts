import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createGet } from '../notifications/index.ts'
import { healthAddressesOf } from './health-addresses.ts'
import { createHealthChecks } from './health-checks.ts'

const limits = { timeoutMs: 150, largestAnswer: 300 }
const hosts = new Set(['127.0.0.1'])
const ask = createHealthChecks({ hosts, get: createGet(hosts, limits) })

async function listening(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url}`)
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { asked, port: (server.address() as AddressInfo).port }
}

test('the addresses that are asked are those of the protocol, beside the endpoint', () => {
  const urls = (url: string, speaks: 'mlflow' | 'v2') => healthAddressesOf({ url, speaks }).map((each) => each.url)
  expect(urls('https://a.example/x/invocations?key=1', 'mlflow')).toEqual([
    'https://a.example/x/ping?key=1',
    'https://a.example/x/version?key=1',
  ])
  expect(urls('https://a.example/v2/models/m/versions/3/infer', 'v2')).toEqual([
    'https://a.example/v2/health/ready',
    'https://a.example/v2/models/m/versions/3/ready',
    'https://a.example/v2/models/m/versions/3',
  ])
  expect(urls('https://a.example/score', 'mlflow')).toEqual(['https://a.example/score'])
})

test('of the Open Inference Protocol readiness and the names of the inputs are looked at', async () => {
  const { asked, port } = await listening((req, res) => {
    res.end(req.url === '/v2/models/m' ? JSON.stringify({ name: 'm', inputs: [{ name: 'a' }, { name: 'b' }] }) : '')
  })
  const endpoint = { url: `http://127.0.0.1:${port}/v2/models/m/infer`, speaks: 'v2' as const }
  const found = await ask({ ...endpoint, columns: ['a', 'c'] })
  expect(found.reached).toBe(true)
  expect(found.checks.map(({ state }) => state)).toEqual(['met', 'met', 'met', 'blocked'])
  expect(found.checks[3]?.said).toBe('It takes no input c, which the protocol sends.')
  expect((await ask({ ...endpoint, columns: ['b'] })).checks[3]?.state).toBe('met')
  expect(asked.slice(0, 3)).toEqual(['GET /v2/health/ready', 'GET /v2/models/m/ready', 'GET /v2/models/m'])
})

test('a host that is not allowed, and one whose address carries a password, are sent nothing', async () => {
  const { asked, port } = await listening((_, res) => res.end())
  for (const [url, said] of [
    [`http://localhost:${port}/invocations`, 'MODELKEEP_SCORING_HOSTS'],
    ['http://169.254.169.254/invocations', 'MODELKEEP_SCORING_HOSTS'],
    [`http://me:word@127.0.0.1:${port}/invocations`, 'must not carry a password'],
  ] as const) {
    const { checks, reached } = await ask({ url, speaks: 'mlflow' })
    expect(reached).toBe(false)
    expect(checks[0]).toMatchObject({ state: 'blocked', said: expect.stringContaining(said), ms: null })
    expect(checks.slice(1).map(({ state, said }) => `${state} ${said}`)).toEqual([
      'unknown Not asked.',
      'unknown Not asked.',
    ])
  }
  expect(asked).toEqual([])
})

test('a redirect, silence, an answer without an end, a closed door and what does not speak TLS are told apart', async () => {
  const { asked, port } = await listening((req, res) => {
    if (req.url?.startsWith('/redirect')) res.writeHead(302, { location: '/elsewhere' }).end()
    else if (req.url?.startsWith('/flood')) {
      const more = setInterval(() => res.write('x'.repeat(1000)), 1)
      res.on('close', () => clearInterval(more))
    } else if (req.url?.startsWith('/broken')) res.writeHead(500).end('a secret of the server')
    else if (req.url?.startsWith('/locked')) res.writeHead(401).end()
  })
  const of = async (url: string) => (await ask({ url, speaks: 'mlflow' })).checks[1]
  const at = (path: string) => `http://127.0.0.1:${port}/${path}/invocations`
  expect(await of(at('redirect'))).toMatchObject({ state: 'blocked', said: expect.stringContaining('a redirect') })
  expect(await of(at('silence'))).toMatchObject({ state: 'blocked', said: 'No answer within 0.15 seconds.' })
  expect(await of(at('broken'))).toMatchObject({ state: 'blocked', said: 'It answered 500.' })
  expect(await of(at('locked'))).toMatchObject({ state: 'blocked', said: expect.stringContaining('sign-in') })
  expect(await of(`https://127.0.0.1:${port}/invocations`)).toMatchObject({
    state: 'blocked',
    said: expect.stringMatching(/^TLS is refused: /),
  })
  const closed = await listening((_, res) => res.end())
  expect(await of(`http://127.0.0.1:${closed.port}/score`)).toMatchObject({ state: 'attention' })
  expect(await of('http://127.0.0.1:9/invocations')).toMatchObject({ said: expect.stringMatching(/^Nothing listens/) })
  // What never ends is cut where no more is read, and its words are not repeated.
  expect(await of(at('flood'))).toMatchObject({ state: 'met', said: 'It answered 200.' })
  const described = await ask({ url: at('flood').replace('/invocations', '/v2/models/m/infer'), speaks: 'v2' })
  expect(described.checks[3]).toMatchObject({
    state: 'attention',
    said: expect.stringContaining('longer than is read'),
  })
  expect(asked).not.toContain('GET /elsewhere')
})
