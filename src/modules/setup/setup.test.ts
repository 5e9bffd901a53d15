import { expect, test } from 'vitest'
import { createFirstAdministrator } from '../../setup.ts'
import { testApp } from '../../testing/app.ts'
import { testBrowser } from '../../testing/browser.ts'

const input = {
  workspace: 'Retail scorecards',
  administrator: { name: 'Ada Osei', login: 'ada', password: 'correct horse' },
  sign_in: 'second_factor',
  organisation: 'bank',
}

test('the first administrator sets the server up once, with the password that the terminal showed', async () => {
  const app = await testApp()
  expect((await app.anonymous.get('/sign-in')).json().set_up).toBe(false)
  const first = await createFirstAdministrator(app)
  expect(await createFirstAdministrator(app)).toBeUndefined()
  expect((await app.anonymous.get('/sign-in')).json().set_up).toBe(true)
  expect((await app.anonymous.post('/set-up', input)).status).toBe(401)

  const browser = testBrowser(app)
  await browser.signIn('admin', first?.password ?? '')
  const weak = { ...input, administrator: { ...input.administrator, password: 'short' } }
  expect((await browser.post('/set-up', weak)).status).toBe(400)
  expect((await browser.post('/set-up', input)).status).toBe(204)
  expect((await browser.post('/set-up', input)).status).toBe(409)
  expect((await app.anonymous.get('/sign-in')).json().set_up).toBe(false)
  expect((await browser.session()).json().person).toMatchObject({ login: 'ada', name: 'Ada Osei' })
  expect((await browser.get('/workspaces')).json().workspaces).toMatchObject([{ description: 'Retail scorecards' }])
  const { policies } = (await browser.get('/policies')).json()
  const inForce = policies.filter(({ state }: { state: string }) => state === 'published')
  expect(inForce.map(({ name, version }: { name: string; version: number }) => `${name} ${version}`).sort()).toEqual([
    'high-risk-people-decisions 1',
    'low-tier 2',
    'medium-tier 2',
  ])
  expect((await testBrowser(app).signIn('admin', first?.password ?? '')).status).toBe(401)
  expect((await browser.signIn('ada', 'correct horse')).json()).toMatchObject({ pending: 'second_factor' })
})

test('a server in which somebody has an account is not set up by the next one', async () => {
  const app = await testApp()
  const first = await createFirstAdministrator(app)
  await app.as('developer')
  const browser = testBrowser(app)
  await browser.signIn('admin', first?.password ?? '')
  expect((await app.anonymous.get('/sign-in')).json().set_up).toBe(false)
  expect((await browser.post('/set-up', input)).status).toBe(409)
})
