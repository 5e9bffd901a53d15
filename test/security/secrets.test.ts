import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { expect, test, vi } from 'vitest'
import { pinProblems, readAudit } from '../../scripts/audit.ts'
import { sbom } from '../../scripts/sbom.ts'
import { createBackup } from '../../src/backup/create.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { Provider } from '../../src/modules/signin/providers.ts'
import { testApp } from '../../src/testing/app.ts'
import { testBrowser } from '../../src/testing/browser.ts'

const password = 'planted-password-1f4c9'
const mistyped = 'planted-in-the-wrong-field-77'
const webhookSecret = 'planted-webhook-secret-9e21d0'
const oidcSecret = 'planted-client-secret-c7d11'
const databaseSecret = 'planted-database-password-7be52'
const s3Secret = 'planted-s3-secret-5b0aa'

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
}

test('no secret that was given to the server is in its logs, answers, trail, exports, database or backup', async () => {
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3Secret)
  const said: string[] = []
  const log = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    said.push(String(chunk))
    return true
  })
  try {
    const app = await testApp({
      databasePassword: databaseSecret,
      config: {
        log: true,
        providers: [
          Provider.parse({
            id: 'planted',
            label: 'Planted',
            issuer: 'http://127.0.0.1:9',
            client_id: 'modelkeep',
            client_secret: oidcSecret,
          }),
        ],
      },
    })
    const administrator = await app.as('administrator')
    const ask = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
      const reply = await app.anonymous.request(method, url, body, headers)
      said.push(`${JSON.stringify(reply.headers)} ${reply.text}`)
      return reply
    }
    const bearer = { authorization: `Bearer ${administrator.token}` }
    await app.access.people.create(serverActor, { login: 'ada', name: 'Ada', kind: 'person', password, grants: [] })

    await app.access.people.create(serverActor, { login: 'eve', name: 'Eve', kind: 'person', password, grants: [] })
    const eve = testBrowser(app)
    await eve.signIn('eve', password)
    const { secret: totp } = (await eve.post('/account/totp')).json()
    const code = new TOTP({ secret: Secret.fromBase32(totp) }).generate({ timestamp: app.clock.now().getTime() })
    const { recovery_codes } = (await eve.post('/account/totp/confirm', { code })).json()

    const signedIn = await app.anonymous.post('/session', { login: 'ada', password })
    const [cookie = ''] = String(signedIn.headers['set-cookie']).split(';')
    const session = cookie.split('=')[1] ?? ''
    // Shown once, to whoever made it; from here on it is nobody's to see.
    const made = (await administrator.post('/tokens', { name: 'planted' })).json()
    const hook = await administrator.post('/webhooks', {
      name: 'hook',
      url: 'https://example.com/hook',
      events: ['model.created'],
      secret: webhookSecret,
    })
    expect(hook.status).toBe(200)
    const secrets = [
      ...[
        password,
        mistyped,
        webhookSecret,
        s3Secret,
        databaseSecret,
        oidcSecret,
        session,
        made.secret,
        administrator.token,
        totp,
      ],
      ...recovery_codes,
    ]
    expect(secrets.every((secret) => typeof secret === 'string' && secret.length > 9)).toBe(true)
    expect(secrets).toHaveLength(20)

    await ask('GET', '/sign-in')
    // Nobody answers there, which the log says.
    await ask('GET', '/sign-in/oidc/planted/start')
    said.push((await eve.get('/account')).text)
    await ask('POST', '/session', { login: mistyped, password: `${password}x` })
    await ask('POST', '/session', { login: 'ada', password, extra: 1 })
    await ask('POST', '/session', `{"login": "ada", "password": "${password}"`, { 'content-type': 'application/json' })
    await ask('GET', '/session', undefined, { cookie })
    await ask('POST', `/admission/main/prod/${made.secret}`, {})
    await ask('GET', '/nothing', undefined, { authorization: `Bearer ${made.secret}x` })
    await ask('GET', `/models?token=${made.secret}&password=${password}`, undefined, bearer)
    await ask('GET', '/api/2.0/mlflow/experiments/get?experiment_id=0', undefined, {
      authorization: `Basic ${btoa(`ada:${password}`)}`,
    })
    const hookId = hook.json().webhook?.id ?? hook.json().id
    for (const url of [
      '/webhooks',
      `/webhooks/${hookId}`,
      '/tokens',
      '/people',
      '/server',
      '/keys',
      '/audit/events?limit=500',
    ]) {
      await ask('GET', url, undefined, bearer)
    }
    for (const url of ['/audit/export', '/audit/accounts/export', '/audit/accounts/events?limit=500']) {
      await ask('GET', url, undefined, bearer)
    }
    await ask('GET', '/api/2.0/mlflow/webhooks', undefined, bearer)
    await ask('GET', '/openapi.json')

    // What the browser is served, and what lists of processes show of this one.
    for (const url of ['/', '/sign-in', '/api/v1/connections', '/api/v1/storage'])
      await ask('GET', url, undefined, bearer)
    said.push(process.title, process.argv.join(' '))
    // A database that cuts its connections is an error, which the log tells with its cause.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`
      .execute(app.system.db)
      .catch((error: unknown) => said.push(inspect(error)))
    await ask('GET', '/models', undefined, bearer)

    const folder = mkdtempSync(join(tmpdir(), 'modelkeep-secrets-'))
    await createBackup(app.config, folder, { passphrase: 'a phrase of many words' })
    const kept = [...everyFile(folder), ...everyFile(app.config.dataDir)]
    const everything = [
      ...said.map((text) => Buffer.from(text)),
      ...kept.map((path) => (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path))),
    ]
    const found = secrets.flatMap((secret, i) => {
      const isFound = everything.some((bytes) => bytes.includes(secret) || bytes.includes(encodeURIComponent(secret)))
      return isFound ? [i] : []
    })
    expect(found).toEqual([])
    expect(said.some((text) => text.includes('"path":"/api/v1/models"'))).toBe(true)
    expect(kept.length).toBeGreaterThan(20)
  } finally {
    log.mockRestore()
    vi.unstubAllEnvs()
  }
}, 60_000)

test('the password of a database that cannot be reached is in nothing that the command says, nor in its arguments', async () => {
  const mistaken = () => readConfig({ DATABASE_URL: `postgers://keeper:${databaseSecret}@127.0.0.1:9/modelkeep` })
  expect(mistaken).toThrow(ConfigError)
  expect(mistaken).not.toThrow(databaseSecret)
  // Nobody listens there; nobody can: the port is too high; the host does not exist.
  const addresses = [
    '127.0.0.1:9/modelkeep',
    '127.0.0.1:99999/modelkeep',
    'no-such-host.invalid/modelkeep?sslmode=nonsense',
  ]
  const told = await Promise.all(addresses.map((address) => failing(`postgres://keeper:${databaseSecret}@${address}`)))
  for (const { status, text } of told) {
    expect(status).toBe(2)
    expect(text).toContain('modelkeep:')
    expect(text).not.toContain(databaseSecret)
  }
}, 30_000)

/** Starts a server that has no database, and says how it ended. */
async function failing(url: string): Promise<{ status: number | null; text: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelkeep-secrets-'))
  const child = spawn(process.execPath, ['bin/modelkeep.js', 'serve', '--data-dir', dataDir, '--port', '0'], {
    env: { ...process.env, DATABASE_URL: url, NODE_OPTIONS: '' },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, text: `${text} ${child.spawnargs.join(' ')}` }
}

test('every package is pinned, has a digest, and runs an install script only if it is named', () => {
  expect(pinProblems()).toEqual([])
  // A registry that offers no audits says nothing about weaknesses, and that is not read as a good answer.
  expect(readAudit('{"message": "405 Method Not Allowed", "statusCode": 405}')).toEqual({
    outcome: 'unchecked',
    why: '405 Method Not Allowed',
  })
  expect(readAudit('').outcome).toBe('unchecked')
  const weak = { severity: 'high', range: '<2', via: [{ title: 'Reads too much', url: 'https://example.com/1' }, 'y'] }
  const slight = { severity: 'low', range: '*', via: [] }
  expect(readAudit(JSON.stringify({ vulnerabilities: { x: weak, z: slight } }))).toEqual({
    outcome: 'checked',
    weaknesses: ['x <2, high: Reads too much https://example.com/1; through y'],
  })
  // For every npm; `scripts/prepare.mjs` then runs those that are named, and no other one.
  expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m)
  expect(readFileSync('scripts/prepare.mjs', 'utf8')).toContain('allowScripts')
})

test('the list of what the product is made of names every package with version, digest and what it needs', () => {
  const { components, dependencies } = sbom() as {
    components: { name: string; version: string; 'bom-ref': string; hashes?: unknown[] }[]
    dependencies: { ref: string; dependsOn: string[] }[]
  }
  const known = new Set(components.map((one) => one['bom-ref']))
  expect(components.find(({ name }) => name === 'fastify')).toMatchObject({ hashes: [{ alg: 'SHA-512' }] })
  expect(components.some(({ name }) => name === 'vitest')).toBe(false)
  expect(components.every(({ hashes }) => hashes?.length === 1)).toBe(true)
  expect(dependencies.every(({ dependsOn }) => dependsOn.every((ref) => known.has(ref)))).toBe(true)
  expect(dependencies[0]?.dependsOn.length).toBeGreaterThan(15)
})
