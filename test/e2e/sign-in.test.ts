import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityProvider, identityProvider } from '../../src/testing/identity-provider.ts'
import { faultsOf } from './access.ts'
import { freePort, launchBrowser, run, temporaryFolder } from './tools.ts'

let browser: Browser
let idp: IdentityProvider
let url: string
let firstPassword: string
const ends: (() => unknown)[] = []

beforeAll(async () => {
  const port = await freePort()
  url = `http://localhost:${port}`
  const { path, remove } = await temporaryFolder()
  idp = await identityProvider({ publicUrl: url, id: 'keycloak' })
  const provider = { id: 'keycloak', label: 'Keycloak', issuer: idp.issuer, ...idp.client, accounts: 'create' }
  const roles = [{ group: 'ml', role: 'developer' }]
  const file = join(path, 'sign-in.yaml')
  await writeFile(file, JSON.stringify({ providers: [{ ...provider, roles }] }))
  const dirs = ['--data-dir', join(path, 'data'), '--sign-in-file', file]
  const server = run(['bin/modelkeep.js', 'serve', '--host', 'localhost', '--port', String(port), ...dirs], {
    MODELKEEP_URL: url,
    MODELKEEP_LOG: 'off',
  })
  ends.push(
    () => server.child.kill(),
    () => server.finished,
    () => idp.close(),
    remove,
  )
  while (!server.output().includes('Ready')) {
    if (server.child.exitCode !== null) throw new Error((await server.finished).stderr)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(server.output()).toContain(`${url}/set-up`)
  firstPassword = /with the password (\S+)/.exec(server.output())?.[1] ?? ''
  browser = await launchBrowser()
  ends.unshift(() => browser.close())
})

afterAll(async () => {
  for (const end of ends) await end()
})

const codeOf = (secret: string, at = Date.now()) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at })

/** Contrast in the dark is looked at where every page is. */
async function clean(page: Page, name: string): Promise<void> {
  expect(await faultsOf(page), name).toEqual([])
  const folder = process.env.SCREENSHOTS
  for (const scheme of folder ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: `${folder}/e2e-${name}-${scheme}.png`, fullPage: true })
  }
}

async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Name you sign in with').fill(login)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

test('a server is set up in the browser, and its administrator adds an app and a passkey and signs in by each', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))

  await page.goto(`${url}/sign-in`)
  await page.getByRole('link', { name: 'Set this server up' }).click()
  await page.getByLabel('First password').fill('not what it printed')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('not the password that the server printed').waitFor()
  await page.getByLabel('First password').fill(firstPassword)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByLabel('What the first workspace is for').fill('Retail scorecards')
  await page.getByLabel('Your name').fill('Ada Osei')
  await page.getByLabel('Name you sign in with').fill('ada')
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByText('Regulated bank').click()
  await clean(page, 'set-up')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('link', { name: 'Leave the first steps' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()

  await page.getByLabel('Name you sign in with').waitFor()
  expect(await page.getByText('First start?').count()).toBe(0)
  await signIn(page, 'ada', 'wrong horse')
  await page.getByText('do not belong together').waitFor()
  await signIn(page, 'ada', 'correct horse')
  await page.getByRole('heading', { name: 'Add a second factor' }).waitFor()
  await page.goto(`${url}/people`)
  await page.getByRole('heading', { name: 'Add a second factor' }).waitFor()
  await page.getByRole('button', { name: 'Set up an app' }).click()
  const secret = ((await page.locator('[data-secret]').textContent()) ?? '').replaceAll(' ', '')
  await clean(page, 'enrol')
  const used = Date.now()
  await page.getByLabel('Code that the app shows').fill(codeOf(secret, used))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('Keep these recovery codes now.').waitFor()
  const codes = await page.getByRole('list', { name: 'Recovery codes' }).locator('li').allTextContents()
  expect(codes).toHaveLength(10)
  await clean(page, 'codes')
  await page.getByRole('button', { name: 'I have them' }).click()
  await page.getByRole('heading', { name: 'People', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page, 'ada', 'correct horse')
  await page.getByLabel('Code').fill('000000')
  await clean(page, 'second-factor')
  await page.keyboard.press('Enter')
  await page.getByText('This does not fit').waitFor()
  // The code of the next half minute counts already, and the one that set the app up does not count again.
  await page.getByLabel('Code').fill(codeOf(secret, used + 30_000))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My work' }).waitFor()

  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.getByRole('link', { name: 'Ada Osei' }).click()
  await page.getByText('Your account opens with a second factor.').waitFor()
  await page.getByLabel('Name of the device or key').fill('Work laptop')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('never used').waitFor()
  await clean(page, 'account')

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page, 'ada', 'correct horse')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('heading', { name: 'My work' }).waitFor()

  const elsewhere = await browser.newContext()
  const phone = await elsewhere.newPage()
  await signIn(phone, 'ada', 'correct horse')
  await phone.getByRole('button', { name: 'Use a recovery code' }).click()
  await phone.getByLabel('Recovery code').fill(codes[0] ?? '')
  await phone.keyboard.press('Enter')
  await phone.getByRole('heading', { name: 'My work' }).waitFor()
  await page.goto(`${url}/account`)
  await page.getByText('9 of 10 left').waitFor()
  await page.getByRole('button', { name: 'End all others' }).click()
  await page.getByText('1 session').waitFor()
  await phone.goto(`${url}/people`)
  await phone.getByLabel('Name you sign in with').waitFor()
  await elsewhere.close()
  await context.close()
  expect(problems).toEqual([])
}, 120_000)

test('somebody signs in at a provider, and one who is not let in is told what to do', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  idp.visitor = 'sub-1'
  idp.people.set('sub-1', { name: 'Grace Hopper', preferred_username: 'grace', groups: ['ml'] })
  await page.goto(`${url}/experiments`)
  await page.getByRole('button', { name: 'Sign in with Keycloak' }).click()
  await page.waitForURL(`${url}/experiments`)
  await page.getByRole('heading', { name: 'Experiments', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Grace Hopper' }).click()
  await page.getByText('You sign in at Keycloak.').waitFor()

  await context.clearCookies()
  idp.visitor = 'sub-2'
  idp.people.set('sub-2', { name: 'Ada Other', preferred_username: 'ada' })
  await page.goto(`${url}/sign-in`)
  await page.getByRole('button', { name: 'Sign in with Keycloak' }).click()
  await page.getByText('Your name belongs to an account already').waitFor()
  await page.getByText('keycloak sub-2').waitFor()
  await context.close()
}, 60_000)
