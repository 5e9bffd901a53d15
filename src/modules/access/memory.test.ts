import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

test('what was taken away is refused by the next request of the same server', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const developer = await app.as('developer')
  expect((await developer.get('/session')).status).toBe(200)
  expect((await developer.post('/models', { name: 'first' })).status).toBe(200)

  expect((await admin.delete(`/people/${developer.person.id}/grants?role=developer`)).status).toBe(200)
  expect((await developer.post('/models', { name: 'second' })).status).toBe(403)

  const [token] = (await developer.get('/tokens')).json().tokens
  expect((await developer.delete(`/tokens/${token.id}`)).status).toBe(204)
  expect((await developer.get('/session')).status).toBe(401)

  const other = await app.as('developer')
  expect((await other.get('/session')).status).toBe(200)
  expect((await admin.post(`/people/${other.person.id}/disable`)).status).toBe(200)
  expect((await other.get('/session')).status).toBe(401)
})

test('another server over the same database refuses it within two seconds', async () => {
  const app = await testApp()
  const { dataDir, database } = app.config
  const second = await testApp({ clock: app.clock, dataDir, config: { database } })
  const developer = await app.as('developer')
  const headers = { authorization: `Bearer ${developer.token}` }
  const ask = async () => (await second.anonymous.request('GET', '/session', undefined, headers)).status
  expect(await ask()).toBe(200)

  const [token] = (await developer.get('/tokens')).json().tokens
  await developer.delete(`/tokens/${token.id}`)
  const revoked = performance.now()
  while ((await ask()) !== 401) {
    expect(performance.now() - revoked).toBeLessThan(2000)
    await wait(20)
  }
})

test('an experiment that is hidden from somebody is hidden from their next request', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const developer = await app.as('developer', { name: 'Dana' })
  const mlflow = '/api/2.0/mlflow'
  const { experiment_id } = (await admin.post(`${mlflow}/experiments/create`, { name: 'secret' })).json()
  const look = async () => (await developer.get(`${mlflow}/experiments/get?experiment_id=${experiment_id}`)).status
  expect(await look()).toBe(200)
  const permission = { username: developer.person.login, experiment_id, permission: 'NO_PERMISSIONS' }
  expect((await admin.post(`${mlflow}/experiments/permissions/create`, permission)).status).toBe(200)
  expect(await look()).toBe(403)
})
