import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { inject, onTestFinished } from 'vitest'
import { type App, createApp } from '../app.ts'
import type { Config } from '../config.ts'
import type { ClientPatience } from '../http/slow-clients.ts'
import type { Grant, Permission, Person, Role } from '../modules/access/schema.ts'
import { type EventBody, serverActor } from '../modules/audit/schema.ts'
import { onS3, testBucket } from './blobs.ts'
import { type TestClock, testClock } from './clock.ts'
import { templateDatabase, templatePrefix, testDatabases } from './databases.ts'

export type TestClient = {
  person: Person
  token: string
  request(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<TestReply>
  get(url: string): Promise<TestReply>
  post(url: string, body?: unknown): Promise<TestReply>
  put(url: string, body?: unknown): Promise<TestReply>
  patch(url: string, body?: unknown): Promise<TestReply>
  delete(url: string): Promise<TestReply>
}

export type TestReply = {
  status: number
  headers: Record<string, unknown>
  text: string
  bytes: Buffer
  json: () => ReturnType<typeof JSON.parse>
}

export type TestApp = App & {
  clock: TestClock
  config: Config
  /** A client with a token of a new person who holds these roles in the whole workspace. */
  as(role: Role | readonly Grant[], options?: { name?: string; scopes?: Permission[] }): Promise<TestClient>
  anonymous: Omit<TestClient, 'person' | 'token'>
  /** The workspace's audit events about a thing, oldest first. */
  trail(about?: string): Promise<EventBody[]>
}

/** A whole Modelkeep on the engine under test, in a folder of its own, closed when the test is finished. */
export async function testApp(
  options: {
    clock?: TestClock
    dataDir?: string
    config?: Partial<Config>
    idleMs?: number
    patience?: ClientPatience
    /** What the server signs in to PostgreSQL with. */
    databasePassword?: string
  } = {},
): Promise<TestApp> {
  const clock = options.clock ?? testClock()
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'modelkeep-test-'))
  const isNew = options.dataDir === undefined && options.config?.database === undefined
  const { database, remove } = await databaseOfTest(isNew ? dataDir : undefined, options.databasePassword)
  const config: Config = {
    dataDir,
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://modelkeep.test',
    database,
    log: false,
    trustProxy: false,
    ...(await artifactsOfTests()),
    ...options.config,
  }
  const app = await createApp(config, {
    clock,
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    ...(options.patience ? { patience: options.patience } : {}),
  })
  onTestFinished(async () => {
    await app.close()
    await remove()
    await rm(dataDir, { recursive: true, force: true })
  })

  let people = 0
  async function as(roles: Role | readonly Grant[], { name, scopes }: { name?: string; scopes?: Permission[] } = {}) {
    people++
    const login = `${(name ?? (typeof roles === 'string' ? roles : 'person')).toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}-${people}`
    const grants = typeof roles === 'string' ? [{ role: roles, model: null }] : [...roles]
    const person = await app.access.people.create(serverActor, { login, name: name ?? login, kind: 'person', grants })
    const made = await app.access.tokens.create(
      { id: person.id, kind: 'person', via: 'session', login, name: person.name, grants, scopes: null },
      { name: 'test', scopes: scopes ?? null, expires_in_days: 365 },
    )
    return { person, token: made.secret, ...clientOf(app, { authorization: `Bearer ${made.secret}` }) }
  }

  return {
    ...app,
    clock,
    config,
    as,
    anonymous: clientOf(app, {}),
    async trail(about) {
      const workspace = app.workspaces.get('main')
      if (!workspace) return []
      const { events } = await workspace.audit.events({ limit: 500, ...(about ? { about } : {}) })
      return events.map(({ body }) => body).reverse()
    },
  }
}

/** A database as after a first start, which for SQLite lies in the data folder; an empty one without a folder to fill. */
async function databaseOfTest(
  dataDir: string | undefined,
  password: string | undefined,
): Promise<{
  database: Config['database']
  remove: () => Promise<unknown>
}> {
  const template = dataDir === undefined ? '' : inject('template')
  if (template && dataDir !== undefined) await cp(template, dataDir, { recursive: true })
  if (process.env.TEST_ENGINE !== 'postgres') return { database: { kind: 'sqlite' }, remove: async () => {} }
  const databases = testDatabases(inject('databaseUrl'))
  const name = `test_${randomBytes(8).toString('hex')}`
  const made = await databases.create(name, template ? templateDatabase : undefined)
  const url = password === undefined ? made : await databases.asKeeper(made, password)
  const remove = async () => {
    await databases.drop(name)
    await databases.close()
  }
  return { database: { kind: 'postgres', url, prefix: templatePrefix }, remove }
}

/** In the data folder, or on the S3 server of the tests. */
async function artifactsOfTests(): Promise<Pick<Config, 'artifacts' | 's3'>> {
  if (!onS3) return {}
  const { bucket, prefix, ...s3 } = (await testBucket()).place
  return { artifacts: { kind: 's3', bucket, prefix }, s3 }
}

function clientOf(app: App, fixed: Record<string, string>): Omit<TestClient, 'person' | 'token'> {
  async function request(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestReply> {
    const isBytes = body instanceof Uint8Array || typeof body === 'string'
    const options: InjectOptions = {
      method: method as 'GET',
      url,
      headers: {
        ...(body !== undefined && !isBytes ? { 'content-type': 'application/json' } : {}),
        ...fixed,
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isBytes ? (body as Buffer) : JSON.stringify(body) }),
    }
    const reply = await app.http.inject(options)
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      bytes: reply.rawPayload,
      json: () => JSON.parse(reply.body),
    }
  }
  const at = (url: string) =>
    url.startsWith('/api/') || url.startsWith('/ajax-api/') || url.startsWith('/v1/') || url === '/health'
      ? url
      : `/api/v1${url}`
  return {
    request: (method, url, body, headers) => request(method, at(url), body, headers),
    get: (url) => request('GET', at(url)),
    post: (url, body = {}) => request('POST', at(url), body),
    put: (url, body = {}) => request('PUT', at(url), body),
    patch: (url, body = {}) => request('PATCH', at(url), body),
    delete: (url) => request('DELETE', at(url)),
  }
}
