import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../src/testing/app.ts'
import { tarOf, zipOf } from '../../src/testing/archives.ts'
import { type Attempt, weaknesses } from './mlflow-cve-list.ts'

const mlflow = '/api/2.0/mlflow'
const proxy = '/api/2.0/mlflow-artifacts/artifacts'
const canary = 'only the server may read this'

const of = (attempt: Attempt) =>
  weaknesses
    .filter(([, tried]) => tried === attempt)
    .map(([cve]) => cve)
    .join(', ')

type World = { app: TestApp; developer: TestClient; outside: string; secret: string }

/** A server with a file beside its data folder that nobody may get at. */
async function givenWorld(): Promise<World> {
  const outside = await mkdtemp(join(tmpdir(), 'modelkeep-cve-'))
  const secret = join(outside, 'secret.txt')
  writeFileSync(secret, canary)
  const dataDir = join(outside, 'data')
  await mkdir(dataDir, { mode: 0o700 })
  const app = await testApp({ dataDir })
  const developer = await app.as('developer')
  await developer.post(`${mlflow}/registered-models/create`, { name: 'm' })
  return { app, developer, outside, secret }
}

function raw(app: TestApp, token: string | undefined, url: string, method = 'GET', payload?: string | Buffer) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return app.http.inject({ method: method as 'GET', url, headers, ...(payload === undefined ? {} : { payload }) })
}

/** Ways in which a URI or a path was made to lead to a file. */
const leading = (path: string) => [
  path,
  `file://${path}`,
  `file:${path}`,
  `file://localhost${path}`,
  `file://remote${path}`,
  `FILE://${path}`,
  `//${path}`,
  `./../../../../../../../..${path}`,
  `..\\..\\..\\..${path.replaceAll('/', '\\')}`,
  `http://host/#/../../../../../../../..${path}`,
  `http://host/;..%2f..%2f..%2f..%2f..${path}`,
  `http:///#/../../../../..${path}?`,
  `mlflow-artifacts:/../../../../../../../..${path}`,
  `mlflow-artifacts:/x#/../../../../../../../..${path}`,
  `mlflow-artifacts://host:1/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e${path}`,
  `mlflow-artifacts:/%252e%252e/%252e%252e/%252e%252e/%252e%252e${path}`,
  `dbfs:/../../../../../../../..${path}`,
  `runs:/${'0'.repeat(32)}/../../../../../../../..${path}`,
  `models:/m/1/../../../../../../../..${path}`,
  `s3://bucket/../../../../../../../..${path}`,
  `hdfs:${path}`,
  `C:${path.replaceAll('/', '\\')}`,
]

test('every weakness in the list is tried below', () => {
  const ids = weaknesses.map(([cve]) => cve)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => /^CVE-20\d\d-\d{4,6}$/.test(id))).toBe(true)
  expect(ids.length).toBeGreaterThan(65)
})

test(`no source of a version reads or writes a file of the server (${of('source')})`, async () => {
  const { app, developer, secret, outside } = await givenWorld()
  await developer.post(`${mlflow}/registered-models/create`, {
    name: 'p',
    tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
  })
  const prompt = [
    { key: 'mlflow.prompt.is_prompt', value: 'true' },
    { key: 'mlflow.prompt.text', value: 'x' },
  ]
  for (const folder of [outside, secret]) {
    for (const source of leading(folder)) {
      for (const [name, tags] of [
        ['m', []],
        ['m', prompt],
        ['p', prompt],
      ] as const) {
        const made = await developer.post(`${mlflow}/model-versions/create`, { name, source, tags })
        expect(made.status, `${source} ${made.text}`).toBeLessThan(500)
        expect(made.text).not.toContain(canary)
        const version = made.status === 200 ? made.json().model_version.version : '1'
        for (const path of ['secret.txt', '', secret, '../secret.txt']) {
          const query = new URLSearchParams({ name, version, path })
          const read = await raw(app, developer.token, `/model-versions/get-artifact?${query}`)
          expect(read.body, source).not.toContain(canary)
        }
        const detail = await developer.get(`/models/${name}/versions/${version}`)
        // A prompt's own text is its only file.
        const files: { path: string; size: number }[] = detail.status === 200 ? detail.json().manifest.files : []
        expect(files.every(({ path, size }) => path === 'prompt.txt' && size === 1)).toBe(true)
      }
    }
  }
  // A refusal does not tell whether the file is there.
  const answers = [secret, `${secret}-not`].map((source) =>
    developer.post(`${mlflow}/model-versions/create`, { name: 'm', source }),
  )
  const [there, not] = await Promise.all(answers)
  expect(there?.status).toBe(400)
  expect(there?.text.replaceAll(secret, '')).toBe(not?.text.replaceAll(`${secret}-not`, ''))
  expect(readdirSync(outside).sort()).toEqual(['data', 'secret.txt'])
}, 60_000)

test(`no location of an experiment leads to a file of the server (${of('location')})`, async () => {
  const { app, developer, outside } = await givenWorld()
  for (const [i, artifact_location] of leading(outside).entries()) {
    const made = await developer.post(`${mlflow}/experiments/create`, { name: `e${i}`, artifact_location })
    expect(made.status).toBeLessThan(500)
    if (made.status !== 200) continue
    const { run } = (await developer.post(`${mlflow}/runs/create`, { experiment_id: made.json().experiment_id })).json()
    const id = run.info.run_id
    for (const path of ['secret.txt', '..', '../secret.txt', '../../secret.txt']) {
      const listed = await developer.get(`${mlflow}/artifacts/list?${new URLSearchParams({ run_id: id, path })}`)
      expect(listed.text).not.toContain('secret.txt"')
      const query = new URLSearchParams({ run_uuid: id, path })
      expect((await raw(app, developer.token, `/get-artifact?${query}`)).body).not.toContain(canary)
      expect((await developer.get(`/runs/${id}/files?${new URLSearchParams({ path })}`)).text).not.toContain(canary)
    }
  }
}, 30_000)

test(`no path of an artifact leads out of the vault, to read, write or delete (${of('artifact path')})`, async () => {
  const { app, developer, outside, secret } = await givenWorld()
  const climbs = ['..', '%2e%2e', '%252e%252e', '..%5c', '..%2f', '%c0%ae%c0%ae', '....//', '..;']
  const paths = climbs
    .flatMap((up) => [
      `${`${up}/`.repeat(8)}${secret.slice(1)}`,
      `0/x/artifacts/${`${up}/`.repeat(12)}${secret.slice(1)}`,
    ])
    .concat(
      secret,
      `/${secret}`,
      `%5c${secret.replaceAll('/', '%5c')}`,
      `C:${secret}`,
      `0/%00${secret}`,
      `file:${secret}`,
    )
  for (const path of paths) {
    for (const [method, bytes] of [['GET'], ['PUT', Buffer.from('overwritten')], ['DELETE']] as const) {
      const reply = await raw(app, developer.token, `${proxy}/${path}`, method, bytes)
      expect(reply.statusCode, `${method} ${path}`).toBeLessThan(500)
      expect(reply.body).not.toContain(canary)
    }
    for (const url of [
      `${mlflow}/artifacts/list?path=`,
      '/get-artifact?path=',
      '/model-versions/get-artifact?name=m&version=1&path=',
    ]) {
      expect((await raw(app, developer.token, `${url}${path}`)).body).not.toContain(canary)
    }
  }
  expect(readFileSync(secret, 'utf8')).toBe(canary)
  expect(readdirSync(outside).sort()).toEqual(['data', 'secret.txt'])
}, 30_000)

test(`accounts are made by administrators, with passwords (${of('accounts')})`, async () => {
  const { app, developer } = await givenWorld()
  const administrator = await app.as('administrator')
  const account = { username: 'intruder', password: 'long-enough-password' }
  expect((await app.anonymous.post(`${mlflow}/users/create`, account)).status).toBe(401)
  expect((await developer.post(`${mlflow}/users/create`, account)).status).toBe(403)
  expect((await raw(app, undefined, '/signup')).body).not.toContain('<form')
  for (const password of ['', ' ', 'a', 'short', undefined]) {
    const weak = await administrator.post(`${mlflow}/users/create`, { username: 'weak', password })
    expect(weak.status).toBe(400)
  }
  const known = ['admin:password1234', 'admin:password', 'admin:admin', 'admin:', 'administrator:', ':']
  for (const pair of known) {
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
    const reply = await app.anonymous.request('GET', `${mlflow}/experiments/get?experiment_id=0`, undefined, {
      authorization,
    })
    expect(reply.status, pair).toBe(401)
  }
})

test(`who has no permission on an experiment reaches nothing in it, by no door (${of('permissions')})`, async () => {
  const { app, developer } = await givenWorld()
  const other = await app.as('developer')
  const { experiment_id } = (await developer.post(`${mlflow}/experiments/create`, { name: 'closed' })).json()
  const { run } = (await developer.post(`${mlflow}/runs/create`, { experiment_id })).json()
  const file = `${run.info.artifact_uri.replace('mlflow-artifacts:/', '')}/model.pkl`
  await developer.request('PUT', `${proxy}/${file}`, Buffer.from('mine'), {
    'content-type': 'application/octet-stream',
  })
  const given = await developer.post(`${mlflow}/experiments/permissions/create`, {
    experiment_id,
    username: other.person.login,
    permission: 'NO_PERMISSIONS',
  })
  expect(given.status).toBe(200)
  const trace = 'tr-0123456789abcdef0123456789abcdef'
  const trace_info = {
    trace_id: trace,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
    request_time: '2026-03-01T10:00:00.000Z',
    execution_duration: '1s',
    state: 'OK',
  }
  expect((await developer.post('/api/3.0/mlflow/traces', { trace: { trace_info } })).status).toBe(200)

  const assessment = {
    assessment_name: 'a',
    source: { source_type: 'HUMAN', source_id: 'x' },
    feedback: { value: true },
  }
  const doors: [method: string, url: string, body?: unknown][] = [
    ['GET', `/api/2.0/mlflow-artifacts/artifacts/${file}`],
    ['DELETE', `/api/2.0/mlflow-artifacts/artifacts/${file}`],
    ['PUT', `/api/2.0/mlflow-artifacts/artifacts/${file}`, Buffer.from('theirs')],
    ['POST', `/api/2.0/mlflow-artifacts/mpu/create/${file}`, { path: file, num_parts: 1 }],
    ['GET', `/api/2.0/mlflow-artifacts/presigned/${file}`],
    ['GET', `/api/2.0/mlflow/runs/get?run_id=${run.info.run_id}`],
    ['POST', '/api/2.0/mlflow/runs/log-metric', { run_id: run.info.run_id, key: 'k', value: 1, timestamp: 1 }],
    ['GET', `/api/3.0/mlflow/traces/${trace}`],
    ['POST', `/api/3.0/mlflow/traces/${trace}/assessments`, { assessment }],
    ['PATCH', `/api/3.0/mlflow/traces/${trace}/tags`, { key: 'a', value: 'b' }],
    ['POST', '/api/3.0/mlflow/label-schemas', { experiment_id, name: 'x' }],
  ]
  for (const [method, url, body] of doors) {
    for (const address of [url, url.replace('/api/', '/ajax-api/')]) {
      const reply = await other.request(method, address, body)
      expect([403, 404], `${method} ${address} ${reply.text}`).toContain(reply.status)
      expect(reply.text).not.toContain('mine')
    }
  }
  expect((await developer.request('GET', `${proxy}/${file}`)).text).toBe('mine')
})

test(`nothing but the pages, the health check and signed addresses answers to nobody (${of('without sign-in')})`, async () => {
  const { app } = await givenWorld()
  const doors = [
    '/v1/traces',
    '/api/3.0/jobs',
    '/ajax-api/3.0/jobs',
    '/ajax-api/3.0/jobs/search',
    '/ajax-api/3.0/jobs/cancel/1',
    '/gateway/x/invocations',
    '/graphql',
  ]
  for (const url of doors) {
    for (const method of ['GET', 'POST', 'PATCH']) {
      const reply = await raw(app, undefined, url, method)
      // A page of the web application is nothing that was done.
      const isPage = reply.statusCode === 200 && reply.headers['content-type'] === 'text/html; charset=utf-8'
      expect(isPage || [401, 404, 405].includes(reply.statusCode), `${method} ${url} ${reply.statusCode}`).toBe(true)
    }
  }
})

test(`the server fetches nothing from its own network for anybody (${of('server-side requests')})`, async () => {
  const { app, developer } = await givenWorld()
  const administrator = await app.as('administrator')
  const hosts = [
    '127.0.0.1:1',
    'localhost:1',
    '169.254.169.254',
    '[::1]:1',
    '[::ffff:127.0.0.1]:1',
    '10.0.0.1',
    '0.0.0.0:1',
    '2130706433:1',
    '0x7f.1:1',
    '127.1:1',
  ]
  const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }]
  for (const host of hosts) {
    for (const url of [`https://${host}/latest/meta-data`, `http://${host}/`]) {
      expect((await administrator.post(`${mlflow}/webhooks`, { name: 'w', url, events })).status, url).toBe(400)
      expect((await administrator.post('/webhooks', { name: 'w', url, events: ['model.created'] })).status, url).toBe(
        400,
      )
    }
  }
  for (const url of ['gopher://x/', 'file:///etc/passwd', 'ftp://example.com/', 'https://user:secret@example.com/']) {
    expect((await administrator.post(`${mlflow}/webhooks`, { name: 'w', url, events })).status, url).toBe(400)
  }
  expect((await developer.post(`${mlflow}/webhooks`, { name: 'w', url: 'https://example.com/', events })).status).toBe(
    403,
  )
  const gateway = { gateway_path: 'http://169.254.169.254/', request_type: 'GET', json_data: {} }
  for (const url of ['/ajax-api/2.0/mlflow/gateway-proxy', '/api/2.0/mlflow/gateway-proxy']) {
    expect((await developer.request('POST', url, gateway)).status).toBe(404)
  }
})

test(`nothing that somebody sent comes back as a page of this server (${of('pages')})`, async () => {
  const { app, developer } = await givenWorld()
  const script = '<script>alert(document.domain)</script>'
  const reflected = await app.http.inject({
    method: 'POST',
    url: `${mlflow}/experiments/create`,
    headers: { authorization: `Bearer ${developer.token}`, 'content-type': script },
    payload: script,
  })
  expect(reflected.headers['content-type']).not.toContain('text/html')
  for (const url of [`/${script}`, `/get-artifact?path=${script}`, `${mlflow}/${encodeURIComponent(script)}`]) {
    const reply = await raw(app, developer.token, url)
    if (String(reply.headers['content-type']).includes('text/html')) expect(reply.body).not.toContain(script)
  }
  const { run } = (await developer.post(`${mlflow}/runs/create`, { experiment_id: '0' })).json()
  const root = run.info.artifact_uri.replace('mlflow-artifacts:/', '')
  const files: Record<string, string> = {
    MLmodel: `flavors:\n  x: {a: "${script}"}\n`,
    'page.html': script,
    'drawing.svg': `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
  }
  for (const [name, text] of Object.entries(files)) {
    await developer.request('PUT', `${proxy}/${root}/model/${name}`, Buffer.from(text), { 'content-type': 'text/html' })
  }
  const source = `${run.info.artifact_uri}/model`
  expect(
    (await developer.post(`${mlflow}/model-versions/create`, { name: 'm', source, run_id: run.info.run_id })).status,
  ).toBe(200)
  for (const name of Object.keys(files)) {
    for (const url of [
      `${proxy}/${root}/model/${name}`,
      `/get-artifact?run_uuid=${run.info.run_id}&path=model/${name}`,
      `/model-versions/get-artifact?name=m&version=1&path=${name}`,
      `/api/v1/models/m/versions/1/files/${name}`,
    ]) {
      const { headers, statusCode } = await raw(app, developer.token, url)
      expect(statusCode, url).toBe(200)
      expect(headers['x-content-type-options'], url).toBe('nosniff')
      expect(headers['content-disposition'], url).toMatch(/^attachment/)
    }
  }
})

test(`nobody fills or confuses the server with names and queries (${of('floods')})`, async () => {
  const { app, developer } = await givenWorld()
  const long = 'n'.repeat(100_000)
  expect((await developer.post(`${mlflow}/experiments/create`, { name: long })).status).toBe(400)
  expect((await developer.post(`${mlflow}/registered-models/create`, { name: long })).status).toBe(400)
  expect((await raw(app, developer.token, '/graphql', 'POST', '{}')).statusCode).toBe(404)
  // Another encoding of a name is the same name, and is not made twice.
  await developer.post(`${mlflow}/registered-models/create`, { name: 'twice' })
  const encoded = await developer.post(`${mlflow}/registered-models/create`, { name: '%74wice' })
  if (encoded.status === 200) {
    const got = await developer.get(`${mlflow}/registered-models/get?name=%74wice`)
    expect(got.json().registered_model.name).toBe('twice')
  }
})

test(`a page of another site reaches nothing with the visitor’s browser (${of('other sites')})`, async () => {
  const { app } = await givenWorld()
  await app.access.people.create(
    { id: 'server', kind: 'server', via: 'server' },
    {
      login: 'visitor',
      name: 'Visitor',
      kind: 'person',
      password: 'long-enough-password',
      grants: [{ role: 'administrator', model: null }],
    },
  )
  const signedIn = await app.anonymous.post('/session', { login: 'visitor', password: 'long-enough-password' })
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
  expect(String(signedIn.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Strict/i)
  const forged = { cookie, origin: 'https://evil.example', 'content-type': 'text/plain' }
  const body = JSON.stringify({ username: 'intruder', password: 'long-enough-password' })
  for (const url of [`${mlflow}/users/create`, `${mlflow}/registered-models/create`, '/people']) {
    expect((await app.anonymous.request('POST', url, body, forged)).status, url).toBe(403)
  }
  const simple = { origin: 'https://evil.example', 'content-type': 'text/plain' }
  expect((await app.anonymous.request('POST', `${mlflow}/experiments/search`, '{}', simple)).status).toBe(401)
  const answer = await app.anonymous.request('OPTIONS', `${mlflow}/experiments/search`, undefined, simple)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()

  const open = await testApp({ config: { open: true } })
  for (const host of ['evil.example', 'evil.example:5000', '127.0.0.1.evil.example']) {
    const rebound = await open.anonymous.request('POST', `${mlflow}/experiments/search`, { max_results: 1 }, { host })
    expect(rebound.status, host).toBe(403)
  }
})

describe('what others would load or run', () => {
  const hostile = Buffer.from("cos\nsystem\n(S'id'\ntR.")
  const files: Record<string, Buffer> = {
    'sklearn/model.pkl': hostile,
    'pyfunc/python_model.pkl': hostile,
    'pmdarima/model.pmd': hostile,
    'lightgbm/model.lgb.pkl': hostile,
    'tensorflow/model.keras': zipOf([
      { name: 'config.json', bytes: Buffer.from('{"class_name": "Lambda"}') },
      { name: 'metadata.json', bytes: Buffer.from('{}') },
    ]),
    'langchain/agent.yaml': Buffer.from('x: !!python/object/apply:os.system ["id"]'),
    'pytorch/data/model.pth': zipOf([{ name: 'archive/data.pkl', bytes: hostile }]),
    'recipe/steps.pkl': hostile,
    'archive/model.tar': tarOf([{ name: '../../etc/cron.d/x', bytes: Buffer.from('x') }]),
  }

  async function registered(world: World, contents: Record<string, Buffer>) {
    const { developer } = world
    const { run } = (await developer.post(`${mlflow}/runs/create`, { experiment_id: '0' })).json()
    const root = run.info.artifact_uri.replace('mlflow-artifacts:/', '')
    for (const [path, bytes] of Object.entries(contents)) {
      await developer.request('PUT', `${proxy}/${root}/model/${path}`, bytes, {
        'content-type': 'application/octet-stream',
      })
    }
    const source = `${run.info.artifact_uri}/model`
    const made = await developer.post(`${mlflow}/model-versions/create`, { name: 'm', source, run_id: run.info.run_id })
    return (await developer.get(`/models/m/versions/${made.json().model_version.version}`)).json()
  }

  test(`is called unsafe when it is registered (${of('loading')})`, async () => {
    const { facts } = await registered(await givenWorld(), files)
    const unsafe = facts.scan.findings.filter(({ severity }: { severity: string }) => severity === 'unsafe')
    const named = new Set(unsafe.map(({ path }: { path: string }) => path.split('!')[0]))
    expect([...named].sort()).toEqual(Object.keys(files).sort())
  })

  test(`is kept byte for byte, run by nobody, and readable by the server’s account alone (${of('running')})`, async () => {
    const world = await givenWorld()
    const marker = join(world.outside, 'ran')
    const command = `$(touch ${marker}); touch ${marker}; {{ ''.__class__ }}`
    const contents = {
      MLproject: Buffer.from(`name: x\nentry_points:\n  main: {command: "${command}"}\n`),
      'conda.yaml': Buffer.from(`dependencies:\n- "${command}"\n`),
      'requirements.txt': Buffer.from(`x; ${command}\n`),
      'recipe.yaml': Buffer.from(`recipe: "${command}"\n`),
      MLmodel: Buffer.from(`flavors:\n  python_function: {env: "${command}", loader_module: os}\n`),
    }
    const { manifest } = await registered(world, contents)
    expect(manifest.files).toHaveLength(5)
    for (const [path, bytes] of Object.entries(contents)) {
      const file = await world.developer.get(`/models/m/versions/1/files/${path}`)
      expect(file.bytes.equals(bytes)).toBe(true)
    }
    expect(existsSync(marker)).toBe(false)
    for (const folder of ['data', 'data/keys']) {
      expect(statSync(join(world.outside, folder)).mode & 0o077, folder).toBe(0)
    }
  })
})
