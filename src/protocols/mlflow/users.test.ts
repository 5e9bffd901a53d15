import { expect, test } from 'vitest'
import { type TestApp, testApp } from '../../testing/app.ts'

const api = '/api/2.0/mlflow'

/** Somebody made through MLflow's API, who signs in as MLflow's clients do. */
async function contributor(app: TestApp, username: string) {
  const admin = await app.as('administrator')
  const password = `pw-${username}-12345`
  expect((await admin.post(`${api}/users/create`, { username, password })).status).toBe(200)
  const authorization = `Basic ${btoa(`${username}:${password}`)}`
  const send = (method: string, url: string, body?: unknown) =>
    app.anonymous.request(method, url, body, { authorization })
  return { admin, password, post: (url: string, body: unknown) => send('POST', url, body), send }
}

const permission = (experiment_id: string, username: string, given: string) => ({
  experiment_id,
  username,
  permission: given,
})

async function experimentOfAdmin(app: TestApp, admin: Awaited<ReturnType<TestApp['as']>>, body: object = {}) {
  const made = await admin.post(`${api}/experiments/create`, { name: `of admin ${app.clock.now().getTime()}`, ...body })
  const id: string = made.json().experiment_id
  const { run } = (await admin.post(`${api}/runs/create`, { experiment_id: id, start_time: 1 })).json()
  return { id, run: run.info.run_id as string }
}

test('a contributor writes to their own experiments and to those that let them in', async () => {
  const app = await testApp()
  const { admin, post } = await contributor(app, 'ann')
  const { id, run } = await experimentOfAdmin(app, admin)
  const log = () => post(`${api}/runs/log-metric`, { run_id: run, key: 'a', value: 1, timestamp: 1 })
  expect((await log()).json()).toEqual({ error_code: 'PERMISSION_DENIED', message: 'Permission denied' })
  expect((await post(`${api}/runs/create`, { experiment_id: '0' })).status).toBe(403)

  expect((await admin.post(`${api}/experiments/permissions/create`, permission(id, 'ann', 'EDIT'))).status).toBe(200)
  expect((await log()).status).toBe(200)
  expect((await post(`${api}/runs/delete`, { run_id: run })).status).toBe(403)
  expect((await post(`${api}/experiments/permissions/create`, permission(id, 'ann', 'MANAGE'))).status).toBe(403)
  const trail = await app.trail(`experiment:${id}`)
  expect(trail.at(-1)).toMatchObject({ action: 'experiment.permission_set', detail: { before: null, after: 'EDIT' } })

  const own = (await post(`${api}/experiments/create`, { name: 'anns' })).json().experiment_id
  const made = await post(`${api}/runs/create`, { experiment_id: own })
  expect(made.status).toBe(200)
  expect((await post(`${api}/registered-models/create`, { name: 'anns' })).status).toBe(403)
})

test('an experiment that is closed to a developer is closed on every way', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const developer = await app.as('developer', { name: 'dora' })
  const { id, run } = await experimentOfAdmin(app, admin)
  const name = (await admin.get(`/experiments/${id}`)).json().name
  const upload = `/api/2.0/mlflow-artifacts/artifacts/${id}/${run}/artifacts/f.txt`
  expect((await admin.request('PUT', upload, Buffer.from('x'))).status).toBe(200)
  expect((await developer.get(upload)).status).toBe(200)
  const body = permission(id, developer.person.login, 'NO_PERMISSIONS')
  expect((await admin.post(`${api}/experiments/permissions/create`, body)).status).toBe(200)

  const reads = [
    `${api}/experiments/get?experiment_id=${id}`,
    `${api}/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`,
    `/ajax-api/2.0/mlflow/runs/get?run_id=${run}`,
    `${api}/runs/get?run_uuid=${run}`,
    `${api}/metrics/get-history?run_id=${run}&metric_key=a`,
    `${api}/artifacts/list?run_id=${run}`,
    upload,
    upload.replace('artifacts/f', '/artifacts//./f'),
    `/api/2.0/mlflow-artifacts/artifacts?path=${id}/${run}`,
    `/experiments/${id}`,
    `/experiments/${id}/runs`,
    `/runs/${run}`,
    `/runs/${run}/metrics?key=a`,
    `/runs/${run}/artifacts`,
    `/runs/${run}/versions`,
  ]
  for (const url of reads) expect([url, (await developer.get(url)).status]).toEqual([url, 403])
  const root = await app.http.inject({
    url: `/get-artifact?run_id=${run}&path=f.txt`,
    headers: { authorization: `Bearer ${developer.token}` },
  })
  expect(root.statusCode).toBe(403)
  const writes: [string, object][] = [
    ['runs/log-batch', { run_id: run, metrics: [] }],
    ['runs/set-tag', { run_id: run, key: 'a', value: 'b' }],
    ['runs/create', { experiment_id: id }],
    ['experiments/set-experiment-tag', { experiment_id: id, key: 'a', value: 'b' }],
    ['registered-models/create', { name: 'm' }],
    ['model-versions/create', { name: 'm', source: `runs:/${run}/f.txt`, run_id: run }],
  ]
  const statuses = []
  for (const [path, content] of writes) statuses.push((await developer.post(`${api}/${path}`, content)).status)
  expect(statuses).toEqual([403, 403, 403, 403, 200, 403])

  const found = await developer.post(`${api}/runs/search`, { experiment_ids: [id, '0'] })
  expect(found.json()).toEqual({})
  const listed = await developer.post(`${api}/experiments/search`, { max_results: 10 })
  expect(listed.json().experiments.map((each: { experiment_id: string }) => each.experiment_id)).toEqual(['0'])
  const shown = (await developer.get('/experiments')).json().experiments
  expect(shown.map((each: { id: string }) => each.id)).toEqual(['0'])
})

test('an experiment that points into the folder of another opens nothing there', async () => {
  const app = await testApp()
  const { admin, send, post } = await contributor(app, 'mal')
  const { id, run } = await experimentOfAdmin(app, admin)
  expect(
    (await post(`${api}/experiments/create`, { name: 'x', artifact_location: `mlflow-artifacts:/${id}` })).status,
  ).toBe(200)
  const target = `/api/2.0/mlflow-artifacts/artifacts/${id}/${run}/artifacts/f.txt`
  expect((await send('PUT', target, Buffer.from('x'))).status).toBe(403)
  expect((await send('PUT', '/api/2.0/mlflow-artifacts/artifacts/elsewhere/f.txt', Buffer.from('x'))).status).toBe(403)
})

test('a permission gives no more than the role can do', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const validator = await app.as('validator', { name: 'vera' })
  const body = permission('0', validator.person.login, 'MANAGE')
  expect((await admin.post(`${api}/experiments/permissions/create`, body)).status).toBe(200)
  expect((await validator.post(`${api}/runs/create`, { experiment_id: '0' })).status).toBe(403)
})

test('users change their own password, and administrators nobody’s', async () => {
  const app = await testApp()
  const { admin, send, password } = await contributor(app, 'ann')
  const next = 'another-password'
  const other = await admin.patch(`${api}/users/update-password`, { username: 'ann', password: next })
  expect([other.status, other.json().message]).toEqual([403, expect.stringContaining('reset-password')])
  const change = (current_password: string, wanted: string) =>
    send('PATCH', `${api}/users/update-password`, { username: 'ann', password: wanted, current_password })
  expect((await change(password, 'short')).status).toBe(400)
  expect((await change('wrong-password', next)).status).toBe(401)
  expect((await change(password, next)).status).toBe(200)
  expect((await send('GET', `${api}/users/current`)).status).toBe(401)
})

test('deleting a user disables the account, whose name and number stay taken', async () => {
  const app = await testApp()
  const { admin, send } = await contributor(app, 'ann')
  expect((await admin.request('DELETE', `${api}/users/delete`, { username: 'ann' })).json()).toEqual({})
  expect((await send('GET', `${api}/users/current`)).status).toBe(401)
  const again = await admin.post(`${api}/users/create`, { username: 'Ann', password: 'pw-ann-12345' })
  expect(again.json()).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' })
  expect((await admin.get(`/people`)).json().people.map((each: { login: string }) => each.login)).toContain('ann')
  const self = await admin.request('DELETE', `${api}/users/delete`, { username: admin.person.login })
  expect(self.status).toBe(403)
})

test('permissions on models are roles on models', async () => {
  const app = await testApp()
  const { admin, post } = await contributor(app, 'ann')
  await admin.post(`${api}/registered-models/create`, { name: 'wages' })
  const url = `${api}/registered-models/permissions`
  const body = (given: string) => ({ name: 'wages', username: 'ann', permission: given })
  const tag = () => post(`${api}/registered-models/set-tag`, { name: 'wages', key: 'a', value: 'b' })
  expect((await tag()).status).toBe(403)
  expect((await post(`${url}/create`, body('EDIT'))).status).toBe(403)
  const given = await admin.post(`${url}/create`, body('MANAGE'))
  expect(given.json().registered_model_permission).toMatchObject({ name: 'wages', permission: 'EDIT' })
  expect((await admin.post(`${url}/create`, body('EDIT'))).json().error_code).toBe('RESOURCE_ALREADY_EXISTS')
  expect((await tag()).status).toBe(200)
  expect((await admin.patch(`${url}/update`, body('READ'))).json()).toEqual({})
  expect((await tag()).status).toBe(403)
  expect((await admin.patch(`${url}/update`, body('NO_PERMISSIONS'))).status).toBe(400)
  expect((await admin.request('DELETE', `${url}/delete`, { name: 'wages', username: 'ann' })).json()).toEqual({})
  const get = await admin.get(`${url}/get?name=wages&username=ann`)
  expect([get.status, get.json().error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST'])
})
