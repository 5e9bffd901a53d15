import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workspaceDatabase } from '../../config.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { ended } from '../../testing/retention.ts'
import { serverActor } from '../audit/schema.ts'
import { PurgeInput } from '../retention/schema.ts'

const mlflow = '/api/2.0/mlflow'

/** A client whose requests name a workspace. */
function inWorkspace(client: Pick<TestClient, 'request'>, name: string, header = 'x-modelkeep-workspace') {
  const ask = (method: string, url: string, body?: unknown) => client.request(method, url, body, { [header]: name })
  return {
    get: (url: string) => ask('GET', url),
    post: (url: string, body: unknown = {}) => ask('POST', url, body),
    put: (url: string, body: unknown = {}) => ask('PUT', url, body),
    delete: (url: string) => ask('DELETE', url),
  }
}

async function given(app: TestApp, name = 'risk') {
  const administrator = await app.as('administrator')
  const made = await administrator.post('/workspaces', { name, description: 'Credit models' })
  expect(made.status).toBe(200)
  return { administrator, made: made.json(), there: inWorkspace(administrator, name) }
}

test('a server begins with the workspace main, and an administrator makes another and administers it', async () => {
  const app = await testApp()
  const { administrator, made, there } = await given(app)
  expect(made).toMatchObject({
    name: 'risk',
    description: 'Credit models',
    state: 'active',
    joined: true,
    created_by: administrator.person.id,
    administrators: [{ id: administrator.person.id }],
  })
  const { workspaces } = (await administrator.get('/workspaces')).json()
  expect(workspaces.map(({ name }: { name: string }) => name)).toEqual(['main', 'risk'])
  expect((await there.get('/session')).json()).toMatchObject({
    workspace: 'risk',
    person: { grants: [{ role: 'administrator', model: null }] },
  })
  const { events } = await app.systemAudit.events({ about: 'workspace:risk', limit: 10 })
  expect(events.map(({ body }) => body)).toMatchObject([
    { action: 'workspace.created', actor: { id: administrator.person.id }, detail: { description: 'Credit models' } },
  ])
})

test('nothing of one workspace is seen in another, by no protocol', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  const here = inWorkspace(administrator, 'main')
  const run = (await there.post(`${mlflow}/runs/create`, { experiment_id: '0' })).json().run.info
  await there.post(`${mlflow}/registered-models/create`, { name: 'wages' })
  await there.post('/webhooks', { url: 'https://example.com/hook', events: ['model.created'], name: 'x' })
  const path = `/api/2.0/mlflow-artifacts/artifacts/0/${run.run_id}/artifacts/note.txt`
  const put = await administrator.request('PUT', path, Buffer.from('of risk'), {
    'x-mlflow-workspace': 'risk',
    'content-type': 'application/octet-stream',
  })
  expect(put.status).toBe(200)

  expect((await there.get(`${mlflow}/runs/get?run_id=${run.run_id}`)).status).toBe(200)
  expect((await here.get(`${mlflow}/runs/get?run_id=${run.run_id}`)).status).toBe(404)
  expect((await there.get(path)).text).toBe('of risk')
  expect((await here.get(path)).status).toBe(404)
  expect((await there.get('/models')).text).toContain('wages')
  expect((await here.get('/models')).text).not.toContain('wages')
  expect((await here.get(`${mlflow}/registered-models/get?name=wages`)).status).toBe(404)
  expect((await there.get('/webhooks')).text).toContain('example.com')
  expect((await here.get('/webhooks')).text).not.toContain('example.com')

  const actionsOf = async (client: typeof here) =>
    (await client.get('/audit/events')).json().events.map(({ action }: { action: string }) => action)
  expect(await actionsOf(there)).toContain('model.created')
  expect(await actionsOf(here)).not.toContain('model.created')
  expect(app.workspaces.get('risk')?.audit.verifier).not.toBe(app.workspaces.get('main')?.audit.verifier)
})

test('traces go into the workspace that the exporter names', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  const body = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: `${'0'.repeat(31)}1`,
                spanId: `${'0'.repeat(15)}1`,
                name: 'answer',
                startTimeUnixNano: '1767225600000000000',
                endTimeUnixNano: '1767225600500000000',
              },
            ],
          },
        ],
      },
    ],
  }
  const headers = { 'x-mlflow-workspace': 'risk', 'x-mlflow-experiment-id': '0', 'content-type': 'application/json' }
  const sent = await administrator.request('POST', '/v1/traces', JSON.stringify(body), headers)
  expect(sent.status).toBe(200)
  const content = async (name: string) => (await administrator.get(`/workspaces/${name}/content`)).json()
  expect(await content('risk')).toMatchObject({ traces: 1 })
  expect(await content('main')).toMatchObject({ traces: 0 })
  expect((await there.get('/server')).json()).toMatchObject({ workspace: 'risk' })
})

test('both headers name a workspace, the query does for links, and they must agree', async () => {
  const app = await testApp()
  const { administrator } = await given(app)
  const workspaceOf = async (url: string, headers: Record<string, string> = {}) => {
    const reply = await administrator.request('GET', url, undefined, headers)
    return reply.status === 200 ? reply.json().workspace : reply.status
  }
  expect(await workspaceOf('/session')).toBe('main')
  expect(await workspaceOf('/session', { 'x-mlflow-workspace': 'default' })).toBe('main')
  expect(await workspaceOf('/session', { 'x-mlflow-workspace': 'risk' })).toBe('risk')
  expect(await workspaceOf('/session', { 'x-modelkeep-workspace': 'risk', 'x-mlflow-workspace': 'risk' })).toBe('risk')
  expect(await workspaceOf('/session?workspace=risk')).toBe('risk')
  expect(await workspaceOf('/session', { 'x-modelkeep-workspace': 'main', 'x-mlflow-workspace': 'risk' })).toBe(400)
  expect(await workspaceOf('/session?workspace=risk', { 'x-modelkeep-workspace': 'main' })).toBe(400)
  expect((await administrator.get('/audit/events?limit=1&workspace=risk')).status).toBe(200)
})

test('whoever has no role in a workspace does not learn whether it is there', async () => {
  const app = await testApp()
  await given(app)
  const developer = await app.as('developer')
  for (const url of ['/models', '/session', `${mlflow}/experiments/get?experiment_id=0`, '/workspaces/risk']) {
    const ask = async (name: string) => {
      const reply = await inWorkspace(developer, name).get(url.replace('risk', name))
      return { status: reply.status, text: reply.text.replaceAll(name, 'NAME') }
    }
    const known = await ask('risk')
    expect(known.status).toBe(404)
    expect(await ask('nothing-here')).toEqual(known)
  }
  expect((await developer.get('/workspaces')).json().workspaces).toMatchObject([{ name: 'main' }])
  const asMlflow = await inWorkspace(developer, 'risk', 'x-mlflow-workspace').post(`${mlflow}/runs/create`)
  expect(asMlflow.json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  const signIn = (name: string) => inWorkspace(app.anonymous, name).get('/server')
  expect([(await signIn('risk')).status, (await signIn('nothing-here')).status]).toEqual([200, 200])
})

test('only administrators of main make, delete and staff workspaces', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  const other = await app.as([])
  await there.post(`/people/${other.person.id}/grants`, { role: 'administrator' })
  for (const client of [await app.as('developer'), other]) {
    expect((await client.post('/workspaces', { name: 'mine' })).status).toBe(403)
    expect((await client.delete('/workspaces/risk')).status).toBe(403)
    expect((await client.post('/workspaces/risk/administrators', { person: client.person.id })).status).toBe(403)
  }
  const theirs = inWorkspace(other, 'risk')
  expect((await theirs.get('/people')).status).toBe(200)
  expect((await theirs.post('/people', { login: 'eve', name: 'Eve' })).json()).toMatchObject({ status: 403 })
  expect((await theirs.post(`/people/${administrator.person.id}/disable`)).status).toBe(403)
  expect((await theirs.get('/audit/accounts/events')).status).toBe(403)
  const robot = await administrator.post('/people', { login: 'robot', name: 'Robot', kind: 'service' })
  expect((await theirs.post('/tokens', { name: 'x', person: robot.json().id })).status).toBe(403)
  expect((await theirs.get('/tokens')).json().tokens).toHaveLength(1)
  expect((await other.request('PATCH', '/workspaces/risk', { description: 'Ours' })).json()).toMatchObject({
    description: 'Ours',
  })
})

test('a workspace keeps an administrator, and its other roles are its own', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  const last = await there.delete(`/people/${administrator.person.id}/grants?role=administrator`)
  expect(last.json()).toMatchObject({ status: 409 })
  expect(last.json().detail).toContain('no administrator left')
  const second = await app.as('administrator')
  expect((await second.post(`/people/${administrator.person.id}/disable`)).json().detail).toContain('risk')
  expect((await second.post('/workspaces/risk/administrators', { person: second.person.id })).status).toBe(200)
  expect((await second.post(`/people/${administrator.person.id}/disable`)).status).toBe(200)

  const reader = await app.as('developer')
  await inWorkspace(second, 'risk').post(`/people/${reader.person.id}/grants`, { role: 'auditor' })
  const session = (await inWorkspace(reader, 'risk').get('/session')).json()
  expect(session.person.grants).toEqual([{ role: 'auditor', model: null }])
  expect((await reader.get('/session')).json().person.grants).toEqual([{ role: 'developer', model: null }])
  expect((await inWorkspace(reader, 'risk').post(`${mlflow}/runs/create`, { experiment_id: '0' })).status).toBe(403)
})

test.each([
  ['x', 'between 2 and 63'],
  ['a'.repeat(64), 'between 2 and 63'],
  ['Risk', 'must match the pattern'],
  ['-risk', 'must match the pattern'],
  ['ri_sk', 'must match the pattern'],
  ['main', 'is reserved'],
  ['default', 'is reserved'],
  ['workspaces', 'is reserved'],
])('no workspace is called %s', async (name, why) => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const reply = await administrator.post('/workspaces', { name })
  expect(reply.status).toBe(400)
  expect(reply.json().detail).toContain(why)
})

test('of many who make the same workspace at once, one does', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const replies = await Promise.all(
    Array.from({ length: 64 }, () => administrator.post('/workspaces', { name: 'risk' })),
  )
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(63)
  const first = await Promise.all(Array.from({ length: 16 }, () => inWorkspace(administrator, 'risk').get('/models')))
  expect(first.every(({ status }) => status === 200)).toBe(true)
})

test('an archived workspace is read, changed by nobody, and taken into use again', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  await there.post(`${mlflow}/registered-models/create`, { name: 'wages' })
  expect((await administrator.post('/workspaces/risk/archive', { reason: 'no' })).status).toBe(400)
  const archived = await administrator.post('/workspaces/risk/archive', { reason: 'The team was dissolved.' })
  expect(archived.json()).toMatchObject({ state: 'archived', archive_reason: 'The team was dissolved.' })
  expect((await administrator.post('/workspaces/risk/archive', { reason: 'The team was dissolved.' })).status).toBe(409)

  expect((await there.get('/models')).text).toContain('wages')
  expect((await there.post(`${mlflow}/runs/search`, { experiment_ids: ['0'] })).status).toBe(200)
  const refused = await there.post(`${mlflow}/registered-models/create`, { name: 'other' })
  expect(refused.json()).toMatchObject({ error_code: 'INVALID_STATE' })
  const asked = await there.post('/gate/checks', { model: 'wages', version: 1, environment: 'prod' })
  expect(asked.json()).toMatchObject({ status: 409 })
  // An auditor's request changes the workspace like anything else that is written.
  for (const step of ['', `/arq_${'0'.repeat(24)}/answers`]) {
    expect((await there.post(`/auditor/requests${step}`, { text: 'Please' })).json()).toMatchObject({ status: 409 })
  }

  expect((await administrator.post('/workspaces/risk/restore')).json()).toMatchObject({ state: 'active' })
  expect((await administrator.post('/workspaces/risk/restore')).status).toBe(409)
  expect((await there.post(`${mlflow}/registered-models/create`, { name: 'other' })).status).toBe(200)
  expect((await administrator.post('/workspaces/main/archive', { reason: 'No longer used.' })).status).toBe(403)
})

test('nothing is removed from an archived workspace: purges wait, rules and collections begin again once it is restored', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  const { run } = (await there.post(`${mlflow}/runs/create`, { experiment_id: '0' })).json()
  const run_id: string = run.info.run_id
  await there.post(`${mlflow}/runs/delete`, { run_id })
  await administrator.post('/workspaces/risk/archive', { reason: 'The team was dissolved.' })

  const risk = app.workspaces.get('risk')
  if (!risk) throw new Error('the workspace is not open')
  // As if somebody had asked for it a moment before.
  const what = { runs: [run_id], logged_models: [], experiments: [], models: [], versions: [] }
  const asked = await risk.retention.purges.request(serverActor, {
    what: PurgeInput.shape.what.parse(what),
    reason: 'no longer needed',
    dry_run: false,
    skip_held: false,
  })
  if (asked.outcome !== 'started') throw new Error(asked.outcome)
  app.clock.advance(3 * 86_400_000)
  await app.workspaces.sweep()
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect((await there.get(`/purges/${asked.purge.id}`)).json()).toMatchObject({ state: 'queued' })
  expect((await there.get(`${mlflow}/runs/get?run_id=${run_id}`)).status).toBe(200)
  expect((await there.get('/storage/collections')).json()).toEqual({ collections: [] })
  // Work that waits for a restore does not keep it open.
  expect(await risk.hasJobs()).toBe(false)

  await administrator.post('/workspaces/risk/restore')
  expect(await ended(there, `/purges/${asked.purge.id}`)).toMatchObject({ state: 'done', gone: { runs: 1 } })
  expect((await there.get(`${mlflow}/runs/get?run_id=${run_id}`)).status).toBe(404)
  app.clock.advance(86_400_000)
  for (let i = 0; i < 2; i++) {
    await app.workspaces.sweep()
    app.clock.advance(2 * 86_400_000)
  }
  expect((await there.get('/storage/collections')).json().collections).toHaveLength(1)
})

test('an empty workspace is deleted at once, and its name is not given again', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  expect((await there.get('/models')).status).toBe(200)
  const checkpoint = await app.workspaces.get('risk')?.audit.checkpoint()
  expect((await administrator.delete('/workspaces/risk')).status).toBe(204)
  expect((await there.get('/models')).status).toBe(404)
  expect((await administrator.get('/workspaces/risk')).status).toBe(404)
  expect((await administrator.post('/workspaces', { name: 'risk' })).status).toBe(409)
  const { events } = await app.systemAudit.events({ action: 'workspace.deleted', limit: 1 })
  expect(events[0]?.body.detail).toMatchObject({ trail: { size: checkpoint?.size, root: checkpoint?.root } })
  const database = workspaceDatabase(app.config, 'risk')
  if (database.kind === 'sqlite') expect(existsSync(database.path)).toBe(false)
  expect(existsSync(join(app.config.dataDir, 'workspaces', 'risk'))).toBe(false)
  expect((await administrator.delete('/workspaces/main')).status).toBe(403)
})

test('a workspace that holds something goes only when it is archived and its name is repeated', async () => {
  const app = await testApp()
  const { administrator, there } = await given(app)
  await there.post(`${mlflow}/registered-models/create`, { name: 'wages' })
  expect((await administrator.delete('/workspaces/risk')).status).toBe(409)
  expect((await administrator.delete('/workspaces/risk?confirm=risk')).status).toBe(409)
  expect((await administrator.get('/workspaces/risk')).json()).toMatchObject({ state: 'active' })
  await administrator.post('/workspaces/risk/archive', { reason: 'The team was dissolved.' })
  expect((await administrator.delete('/workspaces/risk')).status).toBe(409)
  expect((await administrator.delete('/workspaces/risk?confirm=main')).status).toBe(409)
  expect((await administrator.delete('/workspaces/risk?confirm=risk')).status).toBe(204)
  const { events } = await app.systemAudit.events({ action: 'workspace.deleted', limit: 1 })
  expect(events[0]?.body.detail).toMatchObject({ content: { models: 1 } })
})

test('a restart keeps workspaces and what is in them', async () => {
  const first = await testApp()
  const { there } = await given(first)
  await there.post(`${mlflow}/registered-models/create`, { name: 'wages' })
  const second = await testApp({ dataDir: first.config.dataDir, config: { database: first.config.database } })
  const administrator = await second.as('administrator', { name: 'Second' })
  await administrator.post('/workspaces/risk/administrators', { person: administrator.person.id })
  expect((await inWorkspace(administrator, 'risk').get('/models')).text).toContain('wages')
})

test('servers over one database see each other’s workspaces at once', async () => {
  const first = await testApp()
  const second = await testApp({ dataDir: first.config.dataDir, config: { database: first.config.database } })
  const administrator = await first.as('administrator')
  await administrator.post('/workspaces', { name: 'risk' })
  const headers = { authorization: `Bearer ${administrator.token}`, 'x-modelkeep-workspace': 'risk' }
  const elsewhere = () => second.http.inject({ method: 'GET', url: '/api/v1/models', headers })
  expect((await elsewhere()).statusCode).toBe(200)
  await administrator.post('/workspaces/risk/archive', { reason: 'The team was dissolved.' })
  const write = () =>
    second.http.inject({
      method: 'POST',
      url: `${mlflow}/registered-models/create`,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: '{"name":"wages"}',
    })
  await expect.poll(async () => (await write()).json().error_code, { timeout: 3000 }).toBe('INVALID_STATE')
})

test('workspaces that nobody uses are closed when many are open, and opened again when asked for', async () => {
  const app = await testApp({ config: { openWorkspaces: 2 }, idleMs: 0 })
  const administrator = await app.as('administrator')
  for (const name of ['one', 'two', 'three']) {
    await administrator.post('/workspaces', { name })
    await inWorkspace(administrator, name).post(`${mlflow}/registered-models/create`, { name: `model-of-${name}` })
  }
  await app.workspaces.sweep()
  expect(app.workspaces.names()).toHaveLength(2)
  expect(app.workspaces.names()).toContain('main')
  for (const name of ['one', 'two', 'three']) {
    expect((await inWorkspace(administrator, name).get('/models')).text).toContain(`model-of-${name}`)
  }
})

test('a server that starts looks into every workspace, and one with work to do stays open', async () => {
  const first = await testApp()
  const { there } = await given(first)
  await there.get('/models')
  await first.workspaces.get('risk')?.connection.writer.commit(async (tx) => {
    await tx
      .insertInto('job')
      .values({
        id: 'job_waiting',
        kind: 'nobody.knows',
        input: '{}',
        state: 'queued',
        attempts: 0,
        run_after: '2030-01-01T00:00:00.000Z',
        leased_by: null,
        leased_until: null,
        progress: 0,
        error: null,
        created_at: '2026-03-02T09:00:00.000Z',
        finished_at: null,
      })
      .execute()
  })
  const second = await testApp({
    dataDir: first.config.dataDir,
    config: { database: first.config.database, openWorkspaces: 1 },
    idleMs: 0,
  })
  expect(second.workspaces.names()).toEqual(['main'])
  await second.workspaces.sweep()
  expect(second.workspaces.names()).toEqual(['main', 'risk'])
})

test('on an open server the local developer acts in every workspace', async () => {
  const app = await testApp({ config: { open: true } })
  await given(app)
  const there = inWorkspace(app.anonymous, 'risk')
  expect((await there.post(`${mlflow}/registered-models/create`, { name: 'wages' })).status).toBe(200)
  expect((await there.get('/session')).json()).toMatchObject({ workspace: 'risk', person: { login: 'local' } })
  expect((await inWorkspace(app.anonymous, 'nothing-here').get('/models')).status).toBe(404)
})
