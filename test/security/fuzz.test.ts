import type { InjectOptions, RouteOptions } from 'fastify'
import { expect, test } from 'vitest'
import { type TestApp, testApp } from '../../src/testing/app.ts'
import { isInForm, pathOf, requestFor } from './fuzz-requests.ts'
import { createRandom, hostilePaths } from './fuzz-values.ts'
import { givenWorld } from './fuzz-world.ts'

/** How often every route is tried; the same requests every time, so that a finding stays one. */
const rounds = Number(process.env.FUZZ_ROUNDS ?? 2)
const seed = Number(process.env.FUZZ_SEED ?? 20_260_302)
const isLong = rounds > 2
const timeout = isLong ? rounds * 60_000 : 60_000

/** Above what any request may take, in milliseconds. */
const soon = 5000
const never = 20_000

type Target = { url: string; method: string; known: string[] }

/** An export and an examination of the whole trail are as long as it is. */
const asLongAsTheTrail = /audit\/(accounts\/)?(export|check)$/

async function targetsOf(app: TestApp): Promise<Target[]> {
  const routes = await app.routes()
  return routes
    .filter(({ url }) => !asLongAsTheTrail.test(url))
    .flatMap(({ url, method, schema }: RouteOptions) =>
      [method].flat().map((each) => ({ url, method: each, known: Object.keys(shapeOf(schema?.body)) })),
    )
}

/** Sends one request; what is wrong with its answer, or undefined. */
async function trouble(app: TestApp, { url }: Target, request: InjectOptions): Promise<string | undefined> {
  const began = performance.now()
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), never)
  const reply = await Promise.race([app.http.inject(request), late.promise])
  clearTimeout(timer)
  if (reply === undefined) return 'never answered'
  const took = performance.now() - began
  const type = String(reply.headers['content-type'] ?? '')
  if (reply.statusCode >= 500 && reply.statusCode !== 503) return `answered ${reply.statusCode}`
  if (took > soon) return `took ${Math.round(took)} ms`
  if (/PRIVATE KEY|root:x:0/.test(reply.body)) return 'answered with a file of the server'
  if (reply.statusCode >= 400 && !isInForm(pathOf(request.url) ?? url, type, reply.body)) {
    return `answered in another form: ${reply.statusCode} ${type} ${reply.body.slice(0, 200)}`
  }
  return undefined
}

function tell(wrong: Map<string, string>, { url, method }: Target, problem: string, request: InjectOptions) {
  const body = typeof request.payload === 'string' ? request.payload.slice(0, 300) : ''
  const headers = JSON.stringify({ ...request.headers, authorization: undefined })
  wrong.set(`${method} ${url} ${problem.slice(0, 60)}`, `${String(request.url).slice(0, 300)} ${headers} ${body}`)
}

test(
  `whatever is sent to any route, it answers soon, below 500 and in the form of its protocol (seed ${seed})`,
  async () => {
    const app = await testApp()
    const administrator = await app.as('administrator')
    const world = await givenWorld(app, administrator)
    const authorization = `Bearer ${administrator.token}`
    const random = createRandom(seed)
    const wrong = new Map<string, string>()
    const targets = await targetsOf(app)

    for (let round = 0; round < rounds; round++) {
      for (const target of targets) {
        const made = requestFor(random, world, target.method, target.url, target.known)
        const request = { ...made, headers: { ...made.headers, authorization } }
        const problem = await trouble(app, target, request)
        if (problem) tell(wrong, target, problem, request)
      }
    }
    expect([...wrong]).toEqual([])
    expect(targets.length).toBeGreaterThan(300)
    expect((await administrator.get('/audit/check')).json().outcome).toBe('intact')
    expect((await administrator.get('/audit/events?limit=500')).status).toBe(200)
  },
  timeout,
)

test(
  'no parameter of any path leads out of what it names',
  async () => {
    const app = await testApp()
    const { token } = await app.as('administrator')
    const wrong = new Map<string, string>()
    let sent = 0
    for (const target of await targetsOf(app)) {
      const parameters = [...target.url.matchAll(/:\w+|\*/g)]
      for (const parameter of parameters) {
        for (const [at, hostile] of hostilePaths.entries()) {
          // A short run tries a third at each parameter, another one at the next.
          if (!isLong && (at + sent) % 3 !== 0) continue
          const before = target.url.slice(0, parameter.index)
          const after = target.url.slice(parameter.index + parameter[0].length)
          const url = `${before.replaceAll(/:\w+/g, '1')}${hostile}${after.replaceAll(/:\w+|\*/g, '1')}`
          const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
          const body = target.method === 'GET' ? {} : { payload: '{}' }
          const request = { method: target.method as 'GET', url, headers, ...body }
          const problem = await trouble(app, target, request)
          if (problem) tell(wrong, target, problem, request)
        }
        sent++
      }
    }
    expect([...wrong]).toEqual([])
    expect(sent).toBeGreaterThan(80)
  },
  timeout,
)

test(
  'whoever belongs to one workspace learns no name out of another, whatever they ask, its administrator neither',
  async () => {
    const app = await testApp()
    const administrator = await app.as('administrator')
    const world = await givenWorld(app, administrator)
    // None of these is ever sent by the stranger, so none can come back as an echo.
    const canaries = ['canary-model', 'canary-experiment', 'canary-login', 'Canary Person', 'canary-space']
    await administrator.post('/models', { name: 'canary-model', purpose: 'canary-model' })
    await administrator.post('/experiments', { name: 'canary-experiment' })
    await administrator.post('/people', { login: 'canary-login', name: 'Canary Person', grants: [] })
    await administrator.post('/workspaces', { name: 'canary-space', description: 'canary-space' })
    await administrator.post('/workspaces', { name: 'guests', description: 'for strangers' })
    const stranger = await app.as([])
    const given = await administrator.request(
      'POST',
      `/people/${stranger.person.id}/grants`,
      { role: 'developer' },
      { 'x-modelkeep-workspace': 'guests' },
    )
    expect(given.status).toBe(200)

    const head = await app.as([])
    const appointed = await administrator.request(
      'POST',
      `/people/${head.person.id}/grants`,
      { role: 'administrator' },
      { 'x-modelkeep-workspace': 'guests' },
    )
    expect(appointed.status).toBe(200)

    const random = createRandom(seed + 1)
    const leaks = new Map<string, string>()
    let answered = 0
    for (let round = 0; round < Math.ceil(rounds / 2); round++) {
      for (const target of await targetsOf(app)) {
        const made = requestFor(random, world, target.method, target.url, target.known)
        const workspace = random.one(['guests', 'guests', 'main'])
        const headers = {
          ...made.headers,
          authorization: `Bearer ${random.one([stranger.token, head.token])}`,
          'x-modelkeep-workspace': workspace,
        }
        const { body, headers: answer, statusCode } = await app.http.inject({ ...made, headers })
        if (statusCode < 300) answered++
        const said = `${body} ${JSON.stringify(answer)}`
        for (const canary of canaries) if (said.includes(canary)) leaks.set(`${target.method} ${target.url}`, canary)
      }
    }
    expect([...leaks]).toEqual([])
    expect(answered).toBeGreaterThan(20)
  },
  timeout,
)

function shapeOf(schema: unknown): object {
  return typeof schema === 'object' && schema !== null && 'shape' in schema ? (schema.shape as object) : {}
}
