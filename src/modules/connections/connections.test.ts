import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenExamined } from '../../testing/examined.ts'
import { identityProvider } from '../../testing/identity-provider.ts'
import { Providers } from '../signin/index.ts'
import type { ConnectionHealth, DryRun } from './schema.ts'

/** MLflow's scoring server, as far as an evaluation sees of it. */
async function scoringServer() {
  const asked: string[] = []
  let broken = false
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      asked.push(`${req.method} ${req.url} ${body}`.trim())
      if (broken) res.writeHead(503).end()
      else if (req.url?.startsWith('/version')) res.end('3.1.0')
      else if (req.url?.startsWith('/invocations'))
        res.end(JSON.stringify({ predictions: JSON.parse(body).dataframe_split.data.map(() => 0.731) }))
      else res.end('\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/invocations`
  return {
    asked,
    url,
    breakIt: () => {
      broken = true
    },
  }
}

const saidOf = ({ checks }: DryRun) => checks.map(({ what, state, said }) => `${state}: ${what}: ${said}`)

test('a dry run asks a scoring endpoint what changes nothing there, then one row, and what it showed is kept', async () => {
  const { asked, url, breakIt } = await scoringServer()
  const app = await testApp({ config: { scoringHosts: ['127.0.0.1', 'spare.example'] } })
  const { dataset, protocol, developer } = await givenExamined(app, { files: { 'model/weights.bin': 'x' } })
  const secret = `${url}?code=only-for-those-who-know`
  await protocol({ task: 'regression', label: 'y', endpoint: { url: secret, speaks: 'mlflow', columns: ['a', 'b'] } })
  const table = await dataset('a,b,y\n1,word,3\n2,other,4\n')
  const admin = await app.as('administrator', { name: 'Ada Osei' })
  const listed = async (name: string, from = admin): Promise<ConnectionHealth> =>
    (await from.get('/connections')).json().connections.find((each: ConnectionHealth) => each.name === name)
  const trial = async (body: object): Promise<DryRun> =>
    (await admin.post('/connections/dry-runs', { kind: 'scoring', target: url, ...body })).json()

  expect(await listed(url)).toMatchObject({
    state: 'unknown',
    proof: null,
    detail: 'MLflow, for examined',
    dry_run: { target: url, models: ['examined'], last: null },
  })
  expect(await listed('spare.example')).toMatchObject({
    detail: 'no protocol names an endpoint here',
    state: 'unknown',
  })
  expect(asked).toEqual([])

  const up = await trial({})
  expect(up.outcome).toBe('passed')
  expect(saidOf(up)).toEqual([
    'met: Evaluations may ask it: The operator allows the host, which is this machine.',
    'met: It is up (/ping): It answered 200.',
    'met: It says its version (/version): It answered 200: 3.1.0.',
  ])
  // The row goes out under the headers and in the form of an evaluation; of the answer only its form is told.
  const scored = await trial({ model: 'examined', dataset: table })
  expect(saidOf(scored).at(-1)).toBe('met: It scores one row: It answered the first row of table with a number.')
  expect(scored.checks.at(-1)?.ms).toBeGreaterThan(0)
  expect(asked.at(-1)).toBe(
    'POST /invocations?code=only-for-those-who-know {"dataframe_split":{"columns":["a","b"],"data":[[1,"word"]]}}',
  )
  expect(await listed(url)).toMatchObject({
    state: 'met',
    proof: { at: scored.at, what: 'a dry run passed' },
    dry_run: { last: { outcome: 'passed', by: { id: admin.person.id, name: 'Ada Osei' } } },
  })

  app.clock.advance(1000)
  breakIt()
  const failed = await trial({})
  expect(failed.outcome).toBe('failed')
  expect(saidOf(failed).slice(1)).toEqual([
    'blocked: It is up (/ping): It answered 503.',
    'blocked: It says its version (/version): It answered 503.',
  ])
  expect(await listed(url)).toMatchObject({ state: 'blocked', proof: { at: scored.at }, dry_run: { last: failed } })

  const trail = await app.trail(`connection:scoring/${url}`)
  expect(trail.map(({ action, detail }) => [action, detail.outcome])).toEqual([
    ['connection.tried', 'passed'],
    ['connection.tried', 'passed'],
    ['connection.tried', 'failed'],
  ])
  const everywhere = JSON.stringify([trail, (await admin.get('/connections')).json()])
  expect(everywhere).not.toContain('only-for-those-who-know')
  expect(everywhere).not.toContain('0.731')

  // It is there after a start, which allows other hosts.
  const config = { database: app.config.database }
  const next = await testApp({ dataDir: app.config.dataDir, config })
  const other = await next.as('administrator')
  expect(await listed(url, other)).toMatchObject({
    state: 'blocked',
    detail: 'MODELKEEP_SCORING_HOSTS does not name its host',
    dry_run: { last: { outcome: 'failed' } },
  })
  const before = asked.length
  const refused = (await other.post('/connections/dry-runs', { kind: 'scoring', target: url })).json()
  expect(refused.checks[0]).toMatchObject({ state: 'blocked', said: expect.stringContaining('Nothing was sent.') })
  expect(asked.length).toBe(before)

  // Nobody sends a server anywhere by it: not without the permission, not to an address that is on no list.
  expect((await developer.post('/connections/dry-runs', { kind: 'scoring', target: url })).status).toBe(403)
  const wishes: [object, number, string][] = [
    [{ target: 'http://127.0.0.1:1/invocations' }, 404, 'scoring endpoint'],
    [{ model: 'another' }, 404, 'scoring endpoint'],
    [{ dataset: `sha256:${'0'.repeat(64)}` }, 404, 'dataset version'],
    [{ target: 'evil.example', endpoint: { url: 'https://evil.example/x', speaks: 'v2' } }, 400, 'not among the hosts'],
    [{ target: '127.0.0.1', endpoint: { url: 'http://10.0.0.1/x', speaks: 'v2' } }, 400, 'is not on the host'],
    [{ target: '127.0.0.1', endpoint: { url, speaks: 'mlflow' }, dataset: table }, 400, 'no row to score'],
  ]
  for (const [wish, status, said] of wishes) {
    const reply = await admin.post('/connections/dry-runs', { kind: 'scoring', target: url, ...wish })
    expect([reply.status, reply.json().detail ?? '']).toEqual([status, expect.stringContaining(said)])
  }
  const narrow = await app.as('administrator', { scopes: ['access.write'] })
  const noRow = await narrow.post('/connections/dry-runs', { kind: 'scoring', target: url, dataset: table })
  expect([noRow.status, noRow.json().permission]).toEqual([403, 'evaluation.run'])

  const spare = await trial({
    target: '127.0.0.1',
    endpoint: { url: url.replace('/invocations', '/score'), speaks: 'mlflow' },
  })
  expect(spare.checks[1]?.what).toBe('Something answers there')
})

test('a dry run of an identity provider asks what a sign-in would, and keys are tried whenever somebody looks', async () => {
  const publicUrl = 'http://modelkeep.test'
  const idp = await identityProvider({ publicUrl, id: 'idp' })
  const providers = Providers.parse([
    { id: 'idp', label: 'Example', issuer: idp.issuer, ...idp.client },
    { id: 'away', label: 'Away', issuer: 'http://127.0.0.1:9', ...idp.client },
  ])
  const app = await testApp({ config: { publicUrl, providers } })
  const admin = await app.as('administrator')
  const trial = async (target: string): Promise<DryRun> =>
    (await admin.post('/connections/dry-runs', { kind: 'sign_in', target })).json()

  const passed = await trial('idp')
  expect(passed.outcome).toBe('passed')
  expect(saidOf(passed)).toEqual([
    `met: It describes itself (discovery): It answers as ${idp.issuer}.`,
    'met: It offers what a sign-in needs: It offers the authorization code with PKCE.',
    expect.stringMatching(/^met: Its signing keys can be read: It has/),
  ])
  expect(saidOf(await trial('away'))).toEqual([
    'blocked: It describes itself (discovery): It was not reached.',
    'unknown: It offers what a sign-in needs: Not asked.',
    'unknown: Its signing keys can be read: Not asked.',
  ])
  expect((await admin.post('/connections/dry-runs', { kind: 'sign_in', target: 'nobody' })).status).toBe(404)
  const { connections } = (await admin.get('/connections')).json() as { connections: ConnectionHealth[] }
  const states = connections.map(({ name, state }) => [name, state])
  expect(states).toContainEqual(['Example', 'met'])
  expect(states).toContainEqual(['Away', 'blocked'])
  expect(connections.find(({ kind }) => kind === 'keys')).toMatchObject({
    state: 'met',
    proof: { what: 'signed and verified, sealed and opened' },
  })

  const cli = await commandsOf(app, admin.token)
  const list = await cli('connection', 'list')
  expect([list.status, list.stdout]).toEqual([3, expect.stringMatching(/blocked +sign_in +Away/)])
  const tested = await cli('connection', 'test', 'Example')
  expect([tested.status, tested.stdout]).toEqual([0, expect.stringMatching(/^Example: passed\n.*It describes itself/)])
  expect((await cli('connection', 'test', 'Blob store')).stdout).toContain('wrote bytes and read them back')
  expect((await cli('connection', 'test', 'nothing')).stderr).toContain('modelkeep connection list shows their names')
  await idp.close()
  expect(saidOf(await trial('idp'))[0]).toContain('It was not reached (ECONNREFUSED).')
})
