import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { verifyDecision } from '../../src/modules/reviews/index.ts'
import { testApp } from '../../src/testing/app.ts'
import { testClock } from '../../src/testing/clock.ts'
import { givenReview } from '../../src/testing/governed.ts'
import { faultsOf } from './access.ts'
import { freePort, launchBrowser } from './tools.ts'

const password = 'correct horse'
const policy = `format: modelkeep-policy-1
name: signed
title: Signed
scope: { tiers: [high], environments: [staging] }
approvals:
  - {id: own, title: Signed by a person, role: validator, signed: true}
`

async function clean(page: Page, name: string): Promise<void> {
  expect(await faultsOf(page), name).toEqual([])
  const folder = process.env.SCREENSHOTS
  for (const scheme of folder ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: `${folder}/e2e-${name}-${scheme}.png`, fullPage: true })
  }
}

test('a reviewer signs an approval with their passkey where the policy asks for it', async () => {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const app = await testApp({ clock: testClock(new Date().toISOString()), config: { publicUrl } })
  const admin = await app.as('administrator')
  await admin.post('/policies', { text: policy })
  await admin.post('/policies/signed/versions/1/publish')
  const { developer, base } = await givenReview(app)
  const review = (await developer.post(`${base}/reviews`, { environment: 'staging' })).json()
  const grants = [{ role: 'validator', model: null }]
  await app.access.people.create(serverActor, { login: 'vera', name: 'Vera Lind', kind: 'person', password, grants })
  await app.http.listen({ host: 'localhost', port })

  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
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
  await page.goto(`${publicUrl}/sign-in`)
  await page.getByLabel('Name you sign in with').fill('vera')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My work' }).waitFor()

  const approve = async () => {
    await page.goto(`${publicUrl}/reviews/${review.id}?step=99`)
    await page.getByRole('radio', { name: 'Approve' }).check()
    await page.getByLabel('Reason').fill('Figures and files checked.')
  }
  await approve()
  await page.getByText('you have no passkey').waitFor()
  expect(await page.getByRole('button', { name: 'Approve and sign' }).isDisabled()).toBe(true)
  await clean(page, 'passkey-missing')
  await page.getByRole('link', { name: 'your account' }).click()
  await page.getByLabel('Name of the device or key').fill('Work laptop')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('Keep these recovery codes now.').waitFor()

  await approve()
  await page.getByText('your passkey gives it').waitFor()
  await page.getByRole('radio', { name: 'Reject' }).check()
  await page.getByRole('checkbox', { name: 'Sign with your passkey' }).waitFor()
  await clean(page, 'passkey-offered')
  await page.getByRole('radio', { name: 'Approve' }).check()
  await clean(page, 'passkey-asked')
  await page.getByRole('button', { name: 'Approve and sign with your passkey' }).click()
  await page.getByText('This review is closed: approved').waitFor()
  await clean(page, 'passkey-signed')

  const [decision] = (await admin.get('/decisions')).json().decisions
  expect(decision.person_key).toMatch(/^passkey:/)
  const { text } = await admin.get(`/decisions/${decision.id}`)
  expect(verifyDecision(text, [app.keys.signing.publicKey])).toMatchObject({ outcome: 'verified' })
}, 60_000)
