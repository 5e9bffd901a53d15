import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { testApp } from '../../src/testing/app.ts'
import { testClock } from '../../src/testing/clock.ts'
import { givenExamined } from '../../src/testing/examined.ts'
import { faultsOf } from './access.ts'
import { launchBrowser } from './tools.ts'

const password = 'correct horse'

/** Takes events as a receiver of webhooks, and scores as MLflow does. */
async function outsideWorld(): Promise<string> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      if (req.url === '/version') res.end('3.1.0')
      else if (req.url === '/invocations') {
        const { dataframe_split } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
        res.end(JSON.stringify({ predictions: dataframe_split.data.map(() => 0.5) }))
      } else res.end('taken')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function clean(page: Page, name: string): Promise<void> {
  expect(await faultsOf(page), name).toEqual([])
  const folder = process.env.SCREENSHOTS
  for (const scheme of folder ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: `${folder}/e2e-${name}-${scheme}.png`, fullPage: true })
  }
}

async function signedIn(browser: Browser, url: string, login: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const reply = await context.request.post(`${url}/api/v1/session`, { data: { login, password } })
  if (reply.status() !== 200) throw new Error('nobody is signed in')
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  return { page, problems }
}

test('connections prove that they work, deliveries are replayed, and duties are proposed, accepted and explained', async () => {
  const world = await outsideWorld()
  const app = await testApp({
    clock: testClock(new Date().toISOString()),
    config: { scoringHosts: ['127.0.0.1'], webhookHosts: ['127.0.0.1'] },
  })
  for (const [login, name, role] of [
    ['ada', 'Ada Osei', 'administrator'],
    ['vera', 'Vera Lind', 'validator'],
  ] as const) {
    const grants = [{ role, model: null }]
    await app.access.people.create(serverActor, { login, name, kind: 'person', password, grants })
  }
  const examined = await givenExamined(app, { files: { 'model/weights.bin': 'x' } })
  const endpoint = { url: `${world}/invocations`, speaks: 'mlflow', columns: ['a'] }
  await examined.protocol({ task: 'regression', label: 'y', endpoint })
  await examined.dataset('a,y\n1,2\n', 'holdout')
  const admin = await app.as('administrator')
  await admin.post('/webhooks', { name: 'release-chat', url: `${world}/hook`, events: ['duty.*'] })
  const url = await app.http.listen({ host: '127.0.0.1', port: 0 })
  const browser = await launchBrowser()
  onTestFinished(() => browser.close())

  const ada = await signedIn(browser, url, 'ada')
  const { page } = ada
  await page.goto(`${url}/admin`)
  await page.getByText('signed and verified, sealed and opened').waitFor()
  const row = page.getByRole('row', { name: endpoint.url })
  await row.getByText('never used').waitFor()
  await page.getByRole('button', { name: `Dry run of ${endpoint.url}` }).click()
  const dialog = page.getByRole('dialog')
  const choice = dialog.getByLabel('Score one row of')
  await choice.selectOption({ index: 1 })
  await dialog.getByRole('button', { name: 'Ask it' }).click()
  await dialog.getByText('It works').waitFor()
  await dialog.getByText('It answered 200: 3.1.0.').waitFor()
  await dialog.getByText('It answered the first row of holdout with a number.').waitFor()
  await clean(page, 'dry-run')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await row.getByText('a dry run passed').waitFor()
  await page.reload()
  await row.getByText('a dry run passed').waitFor()
  await page.getByRole('button', { name: `Dry run of ${endpoint.url}` }).click()
  await dialog.getByText('by Ada Osei').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  // Somebody is asked to answer for the model, and says yes; both are events that the receiver is told of.
  await page.goto(`${url}/duties?tab=models`)
  await page.getByRole('button', { name: /^Validator of examined/ }).click()
  const peek = page.getByRole('complementary', { name: 'Validator of examined' })
  await peek.getByLabel('Person').selectOption({ label: 'Vera Lind (vera)' })
  await peek.getByLabel('Why').fill('She knows the data.')
  // The session ends in the middle: what was written stays, and signing in again goes on from there.
  await page.context().clearCookies()
  await peek.getByRole('button', { name: 'Propose' }).click()
  const again = page.getByRole('dialog', { name: 'Your session has ended' })
  await again.getByLabel('Password', { exact: true }).fill('not this one')
  await page.keyboard.press('Enter')
  await again.getByText('Name and password do not belong together.').waitFor()
  await again.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await again.waitFor({ state: 'detached' })
  await peek.getByRole('button', { name: 'Propose' }).click()
  await page.getByRole('button', { name: /^Validator of examined: proposed/ }).waitFor()
  const vera = await signedIn(browser, url, 'vera')
  await vera.page.goto(`${url}/duties`)
  await vera.page.getByRole('button', { name: 'Accept to be validator of examined' }).click()
  await vera.page.getByRole('button', { name: 'Accept to be validator of examined' }).waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('button', { name: /^Validator of examined: accepted/ }).waitFor()

  await page.goto(`${url}/admin`)
  await page.getByRole('button', { name: 'Send an example to release-chat' }).click()
  await page.getByText('answered 200', { exact: true }).first().waitFor()
  await page.getByRole('link', { name: 'release-chat' }).click()
  await page.getByRole('link', { name: 'duty.accepted' }).click()
  const delivery = page.getByRole('complementary', { name: 'duty.accepted' })
  await delivery.getByRole('button', { name: 'Send it once more' }).click()
  await expect
    .poll(async () => (await app.trail()).map(({ action }) => action).slice(-2), { timeout: 5000 })
    .toEqual(['webhook.tested', 'webhook.replayed'])

  await page.goto(`${url}/admin?tab=simulator`)
  await page.getByLabel('What can').selectOption({ label: 'Vera Lind (vera)' })
  await page.getByLabel('do to the model').fill('examined')
  await page.getByLabel('and its version').fill('1')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('Yes, by the role validator in the whole workspace.').first().waitFor()
  await page
    .getByText(/is validator of|holds the duty|Answers as/i)
    .first()
    .waitFor()
  await clean(page, 'simulator')
  expect([...ada.problems, ...vera.problems]).toEqual([])
}, 60_000)
