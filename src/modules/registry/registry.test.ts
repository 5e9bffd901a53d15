import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { serverActor } from '../audit/schema.ts'

test('PATCH of the tier stands in the trail with before and after', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const made = await developer.post('/models', { name: 'wages' })
  expect(made.json()).toMatchObject({ name: 'wages', tier: null, aliases: [] })

  const changed = await developer.patch('/models/wages', { tier: 'high' })
  expect(changed.json()).toMatchObject({ tier: 'high' })
  const { id } = made.json()
  const events = await app.trail(`model:${id}`)
  expect(events.at(-1)).toMatchObject({
    action: 'model.updated',
    actor: { id: developer.person.id },
    detail: { before: { tier: null }, after: { tier: 'high' } },
  })

  const before = events.length
  expect((await developer.patch('/models/wages', { tier: 'high' })).status).toBe(200)
  expect(await app.trail(`model:${id}`)).toHaveLength(before)
  expect((await developer.patch('/models/wages', { tier: 'enormous' })).status).toBe(400)
  expect((await developer.patch('/models/nothing', { tier: 'high' })).status).toBe(404)
  const owner = developer.person.id
  expect((await developer.patch('/models/wages', { owner })).json()).toMatchObject({ owner })
  const nobody = `per_${'0'.repeat(24)}`
  expect((await developer.patch('/models/wages', { owner: nobody })).status).toBe(400)
  const auditor = await app.as('auditor')
  expect((await auditor.patch('/models/wages', { tier: 'low' })).status).toBe(403)
})

const mlflow = '/api/2.0/mlflow'

async function withVersions(app: TestApp, name: string, count: number): Promise<TestClient> {
  const developer = await app.as('developer')
  await developer.post('/models', { name })
  for (let i = 0; i < count; i++) {
    await developer.post(`${mlflow}/model-versions/create`, { name, source: `s3://bucket/${i}` })
  }
  return developer
}

test('a model-scoped role sees its models and no others', async () => {
  const app = await testApp()
  const everyone = await withVersions(app, 'wages', 1)
  await withVersions(app, 'loans', 1)
  const scoped = await app.as([{ role: 'developer', model: 'wages' }])

  const page = (await scoped.get('/models')).json()
  expect(page).toMatchObject({ total: 1, rows: [{ model: { name: 'wages' }, latest: { version: 1 } }] })
  expect((await everyone.get('/models')).json().total).toBe(2)
  expect((await scoped.get('/models/loans')).status).toBe(403)
  expect((await scoped.get('/models/loans/versions/1')).status).toBe(403)
  expect((await scoped.get(`${mlflow}/registered-models/get?name=loans`)).status).toBe(403)

  const found = (await scoped.get(`${mlflow}/registered-models/search`)).json()
  expect(found.registered_models.map((one: { name: string }) => one.name)).toEqual(['wages'])
  const versions = (await scoped.get(`${mlflow}/model-versions/search`)).json().model_versions
  expect(versions.map((one: { name: string }) => one.name)).toEqual(['wages'])

  expect((await scoped.patch('/models/wages', { tier: 'low' })).status).toBe(200)
  expect((await scoped.patch('/models/loans', { tier: 'low' })).status).toBe(403)
  const rename = await scoped.post(`${mlflow}/registered-models/rename`, { name: 'wages', new_name: 'loans2' })
  expect(rename.status).toBe(403)
  const report = (model: string) => scoped.post('/deployments', { model, version: 1, environment: 'prod' })
  expect((await report('loans')).status).toBe(403)
  expect((await report('wages')).status).toBe(200)
  expect((await scoped.get('/deployments')).json().deployments).toHaveLength(1)
})

test('an alias moves; one that an environment protects does not, and is not deleted either', async () => {
  const app = await testApp()
  const developer = await withVersions(app, 'wages', 2)
  const moved = await developer.put('/models/wages/aliases/challenger', { version: 2 })
  expect(moved.json()).toEqual({ outcome: 'moved', alias: 'challenger', version: 2, verdict: null })
  expect((await developer.get('/models/wages/versions/challenger')).json()).toMatchObject({
    version: 2,
    aliases: ['challenger'],
  })
  const { id } = (await developer.get('/models/wages')).json()
  expect((await app.trail(`model:${id}`)).at(-1)).toMatchObject({
    action: 'alias.moved',
    detail: { alias: 'challenger', before: null, after: 2 },
  })
  for (const [alias, version, status] of [
    ['latest', 1, 400],
    ['v2', 1, 400],
    ['a b', 1, 400],
    ['challenger', 9, 404],
  ] as const) {
    const reply = await developer.put(`/models/wages/aliases/${encodeURIComponent(alias)}`, { version })
    expect([alias, reply.status]).toEqual([alias, status])
  }
  // Only the gate moves it: the registry itself has no way.
  const registry = app.workspaces.get('main')?.registry
  await expect(registry?.models.moveAlias(serverActor, 'wages', 'champion', 1)).rejects.toThrow(/through the gate/)

  const administrator = await app.as('administrator')
  await administrator.put('/environments/staging', { mode: 'warn', protected_aliases: ['challenger'] })
  expect((await developer.delete('/models/wages/aliases/challenger')).status).toBe(403)
  const removal = await developer.request('DELETE', `${mlflow}/model-versions/delete`, { name: 'wages', version: '2' })
  expect(removal.json()).toMatchObject({ error_code: 'INVALID_STATE' })
  expect((await administrator.delete('/models/wages/aliases/challenger')).status).toBe(204)
  expect((await developer.get('/models/wages/versions/challenger')).status).toBe(404)
})

test('a workspace begins with three environments, and every change of one is an event', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  expect((await developer.get('/environments')).json().environments).toEqual([
    { name: 'dev', mode: 'observe', protected_aliases: [], findings_block: 'high', offline: { rule: 'fail_closed' } },
    {
      name: 'prod',
      mode: 'enforce',
      protected_aliases: ['champion'],
      findings_block: 'high',
      offline: { rule: 'fail_closed' },
    },
    { name: 'staging', mode: 'warn', protected_aliases: [], findings_block: 'high', offline: { rule: 'fail_closed' } },
  ])
  const input = { mode: 'observe', protected_aliases: [] }
  expect((await developer.put('/environments/prod', input)).status).toBe(403)
  const administrator = await app.as('administrator')
  expect((await administrator.put('/environments/Prod!', input)).status).toBe(400)
  expect((await administrator.put('/environments/prod', input)).json()).toEqual({
    name: 'prod',
    ...input,
    findings_block: 'high',
    offline: { rule: 'fail_closed' },
  })
  expect((await app.trail('environment:prod')).at(-1)).toMatchObject({
    action: 'environment.set',
    detail: { before: { mode: 'enforce', protected_aliases: ['champion'] }, after: { mode: 'observe' } },
  })
})

test('a report of a deployment ends the one before it, and what runs is not deleted', async () => {
  const app = await testApp()
  const developer = await withVersions(app, 'wages', 2)
  const report = (version: number, environment = 'prod') =>
    developer.post('/deployments', { model: 'wages', version, environment, endpoint: 'https://score.example' })
  const first = (await report(1)).json()
  app.clock.advance(1000)
  const second = (await report(2)).json()
  await report(1, 'dev')
  const inProd = (await developer.get('/deployments?model=wages&environment=prod')).json().deployments
  expect(inProd).toMatchObject([
    { id: second.id, version: 2, ended_at: null },
    { id: first.id, version: 1, ended_at: second.reported_at },
  ])
  expect((await report(9)).status).toBe(404)
  expect((await report(1, 'moon')).status).toBe(404)
  const auditor = await app.as('auditor')
  expect((await auditor.post('/deployments', { model: 'wages', version: 1, environment: 'dev' })).status).toBe(403)

  for (const [path, body] of [
    ['model-versions', { name: 'wages', version: '2' }],
    ['registered-models', { name: 'wages' }],
  ] as const) {
    const reply = await developer.request('DELETE', `${mlflow}/${path}/delete`, body)
    expect(reply.json()).toMatchObject({ error_code: 'INVALID_STATE', message: expect.stringContaining('deployed') })
  }
  const events = await app.trail(`version:${first.version_id}`)
  expect(events.map((one) => one.action)).toContain('deployment.ended')
})

test('the inventory is searched, filtered and sorted', async () => {
  const app = await testApp()
  const developer = await withVersions(app, 'wages', 2)
  await withVersions(app, 'loans', 0)
  await withVersions(app, '100% sure_thing', 1)
  await developer.patch('/models/wages', { tier: 'high', purpose: 'Screening of applications' })
  await developer.patch('/models/loans', { tier: 'low' })
  await developer.put('/models/wages/aliases/challenger', { version: 1 })
  await developer.post('/deployments', { model: 'wages', version: 1, environment: 'prod' })

  const names = async (query: string) =>
    (await developer.get(`/models?${query}`)).json().rows.map((row: { model: { name: string } }) => row.model.name)
  expect(await names('sort=name')).toEqual(['100% sure_thing', 'loans', 'wages'])
  expect(await names('sort=tier')).toEqual(['wages', 'loans', '100% sure_thing'])
  expect(await names('search=SCREENING')).toEqual(['wages'])
  expect(await names('search=100%25')).toEqual(['100% sure_thing'])
  expect(await names('search=e_t')).toEqual(['100% sure_thing'])
  expect(await names('tier=none')).toEqual(['100% sure_thing'])
  expect(await names('sort=name&limit=1&offset=1')).toEqual(['loans'])
  const [row] = (await developer.get('/models?tier=high')).json().rows
  expect(row).toMatchObject({
    model: { aliases: [{ alias: 'challenger', version: 1 }] },
    versions: 2,
    latest: { version: 2, files: 0, developers: [developer.person.id] },
    deployments: [{ environment: 'prod', version: 1 }],
  })
})

test('a name that is blank, a path or too long is no model name', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  for (const name of ['', ' ', 'a/b', 'a:b', '..', 'tab\there', 'n'.repeat(257)]) {
    expect([name, (await developer.post('/models', { name })).status]).toEqual([name, 400])
    const created = await developer.post(`${mlflow}/registered-models/create`, { name })
    expect([name, created.status]).toEqual([name, 400])
  }
})

test('names outside ASCII work, and one name is one model', async () => {
  const app = await testApp()
  const developer = await withVersions(app, 'Löhne & 名前', 1)
  expect((await developer.get(`/models/${encodeURIComponent('Löhne & 名前')}/versions/1`)).json()).toMatchObject({
    model: 'Löhne & 名前',
  })
  expect((await developer.post('/models', { name: 'Löhne & 名前' })).status).toBe(409)
})
