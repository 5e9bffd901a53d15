import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const url = '/api/3.0/mlflow/workspaces'
const enabled = () => testApp({ config: { workspaces: 'on' } })

test('clients see workspaces as soon as there is a second one', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  const info = async () => (await app.anonymous.get('/api/3.0/mlflow/server-info')).json().workspaces_enabled
  expect(await info()).toBe(false)
  for (const [method, path] of [
    ['GET', url],
    ['POST', url],
    ['GET', `${url}/default`],
    ['PATCH', `${url}/default`],
    ['DELETE', `${url}/risk`],
  ] as const) {
    expect((await administrator.request(method, path, method === 'GET' ? undefined : {})).status).toBe(503)
  }
  await administrator.post('/workspaces', { name: 'risk' })
  expect(await info()).toBe(true)
  expect((await administrator.get(url)).json()).toEqual({ workspaces: [{ name: 'default' }, { name: 'risk' }] })
})

test('a client makes, reads, describes and deletes a workspace', async () => {
  const app = await enabled()
  const administrator = await app.as('administrator')
  const made = await administrator.post(url, { name: 'risk', description: 'Credit' })
  expect([made.status, made.json()]).toEqual([201, { workspace: { name: 'risk', description: 'Credit' } }])
  expect((await administrator.get(`${url}/risk`)).json()).toEqual(made.json())
  const described = await administrator.patch(`/ajax-api/3.0/mlflow/workspaces/risk`, { description: 'Loans' })
  expect(described.json()).toEqual({ workspace: { name: 'risk', description: 'Loans' } })
  expect((await administrator.patch(`${url}/default`, { description: 'Ours' })).json()).toEqual({
    workspace: { name: 'default', description: 'Ours' },
  })
  const run = await administrator.request(
    'POST',
    '/api/2.0/mlflow/runs/create',
    { experiment_id: '0' },
    { 'x-mlflow-workspace': 'risk' },
  )
  expect(run.status).toBe(200)
  const refused = await administrator.delete(`${url}/risk`)
  expect(refused.json()).toMatchObject({ error_code: 'INVALID_STATE' })
  await administrator.post(url, { name: 'empty' })
  expect((await administrator.delete(`${url}/empty?mode=RESTRICT`)).status).toBe(204)
  expect((await administrator.get(`${url}/empty`)).json()).toEqual({
    error_code: 'RESOURCE_DOES_NOT_EXIST',
    message: "Workspace 'empty' not found",
  })
})

test('experiments of a workspace with an artifact root of its own get a folder there, where the policy allows it', async () => {
  const app = await testApp({ config: { workspaces: 'on', directStores: ['s3://ml-team/'] } })
  const administrator = await app.as('administrator')
  const root = 's3://ml-team/risk/'
  const made = await administrator.post(url, { name: 'risk', default_artifact_root: root })
  expect(made.json().workspace).toEqual({ name: 'risk', default_artifact_root: 's3://ml-team/risk' })
  const there = { 'x-mlflow-workspace': 'risk' }
  const location = async (name: string, artifact_location?: string) => {
    const body = { name, ...(artifact_location ? { artifact_location } : {}) }
    const { experiment_id: id } = (
      await administrator.request('POST', '/api/2.0/mlflow/experiments/create', body, there)
    ).json()
    const found = await administrator.request(
      'GET',
      `/api/2.0/mlflow/experiments/get?experiment_id=${id}`,
      undefined,
      there,
    )
    return found.json().experiment.artifact_location.replace(id, 'ID')
  }
  expect(await location('first')).toBe('s3://ml-team/risk/ID')
  expect(await location('its own', 's3://ml-team/other')).toBe('s3://ml-team/other')
  const elsewhere = await administrator.request('PATCH', `${url}/risk`, { default_artifact_root: 's3://others/x' })
  expect(elsewhere.json().message).toContain("(MODELKEEP_DIRECT_STORES) does not allow 's3://others/x'")
  await administrator.request('PATCH', `${url}/risk`, { default_artifact_root: '' })
  expect((await administrator.get(`${url}/risk`)).json().workspace).toEqual({ name: 'risk' })
  expect(await location('second')).toBe('mlflow-artifacts:/ID')
})

test.each([
  ['POST', '', { name: 'default' }, 'INVALID_PARAMETER_VALUE', 'reserved and cannot be created'],
  ['POST', '', { name: 'Not OK' }, 'INVALID_PARAMETER_VALUE', 'must match the pattern'],
  ['POST', '', {}, 'INVALID_PARAMETER_VALUE', "Missing value for required parameter 'name'"],
  ['POST', '', { name: 'risk' }, 'RESOURCE_ALREADY_EXISTS', "Workspace 'risk' already exists"],
  ['POST', '', { name: 'x1', default_artifact_root: 's3://b' }, 'INVALID_PARAMETER_VALUE', 'MODELKEEP_DIRECT_STORES'],
  ['PATCH', '/risk', { default_artifact_root: '/etc' }, 'INVALID_PARAMETER_VALUE', 'MODELKEEP_DIRECT_STORES'],
  ['PATCH', '/risk', {}, 'INVALID_PARAMETER_VALUE', 'at least one key'],
  ['PATCH', '/nothing', { description: 'x' }, 'RESOURCE_DOES_NOT_EXIST', "Workspace 'nothing' not found"],
  ['DELETE', '/default', {}, 'INVALID_PARAMETER_VALUE', 'reserved and cannot be deleted'],
  ['DELETE', '/risk?mode=CASCADE', {}, 'INVALID_PARAMETER_VALUE', 'archived first'],
  ['DELETE', '/risk?mode=SET_DEFAULT', {}, 'INVALID_PARAMETER_VALUE', 'archived first'],
  ['DELETE', '/risk?mode=ALL', {}, 'INVALID_PARAMETER_VALUE', 'Invalid workspace deletion mode'],
  ['GET', '/No', undefined, 'INVALID_PARAMETER_VALUE', 'must match the pattern'],
])('%s %s with %j is refused', async (method, path, body, error_code, message) => {
  const app = await enabled()
  const administrator = await app.as('administrator')
  await administrator.post('/workspaces', { name: 'risk' })
  const reply = await administrator.request(method, url + path, body)
  expect(reply.json()).toMatchObject({ error_code, message: expect.stringContaining(message) })
})

test('people see the workspaces they have a role in, and make none', async () => {
  const app = await enabled()
  const administrator = await app.as('administrator')
  await administrator.post('/workspaces', { name: 'risk' })
  const developer = await app.as('developer')
  expect((await developer.get(url)).json()).toEqual({ workspaces: [{ name: 'default' }] })
  expect((await developer.get(`${url}/risk`)).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  expect((await developer.post(url, { name: 'mine' })).json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
  expect((await app.anonymous.get(url)).status).toBe(401)
})
