import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsOf } from './access.ts'
import { freePort, launchBrowser, serve, temporaryFolder } from './tools.ts'

const execute = promisify(execFile)
let browser: Browser
let server: { url: string; password: string; folder: string }
const ends: (() => unknown)[] = []

beforeAll(async () => {
  const { path: folder, remove } = await temporaryFolder()
  const { url, said, stop } = await serve(`${folder}/data`, await freePort(), {
    MODELKEEP_IMPORT_HOSTS: '127.0.0.1',
  })
  server = { url, folder, password: /with the password (\S+)/.exec(said)?.[1] ?? '' }
  ends.push(stop, remove)
  browser = await launchBrowser()
  ends.unshift(() => browser.close())
})

afterAll(async () => {
  for (const end of ends) await end()
})

async function clean(page: Page, name: string): Promise<void> {
  expect(await faultsOf(page), name).toEqual([])
  const folder = process.env.SCREENSHOTS
  for (const scheme of folder ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: `${folder}/e2e-${name}-${scheme}.png`, fullPage: true })
  }
}

test('five steps lead from a first start to the first verdict of a pipeline, and each can be skipped', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.goto(`${server.url}/set-up`)
  await page.getByLabel('First password').fill(server.password)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Skip this step' }).click()
  await page.getByRole('heading', { name: 'Bring what you have' }).waitFor()
  await page.getByRole('link', { name: 'Step 1: This server' }).click()
  await page.getByText('skipped').waitFor()
  await page.getByRole('link', { name: 'Answer the four questions' }).click()
  await page.getByLabel('First password').fill(server.password)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByLabel('What the first workspace is for').fill('Retail scorecards')
  await page.getByLabel('Your name').fill('Ada Osei')
  await page.getByLabel('Name you sign in with').fill('ada')
  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByText('A second factor is everyone’s own choice').click()
  await page.getByRole('button', { name: 'Begin' }).click()

  await page.getByRole('heading', { name: 'Bring what you have' }).waitFor()
  await page.getByText('modelkeep import mlflow http://mlflow.example:5000 --dry-run').waitFor()
  await clean(page, 'bring')
  // This server speaks MLflow's API as well as any.
  await page.getByLabel('Address of the server').fill(server.url)
  await page.getByLabel('Token, where the server asks for one').fill(await tokenOf(page))
  await page.getByRole('button', { name: 'Look at what is there' }).click()
  await page.getByText('Nothing is written yet. There are experiments: 1').waitFor()
  await page.getByRole('button', { name: 'Bring it over' }).waitFor()
  await clean(page, 'mlflow')
  await page.getByText('The names of your models and AI systems').click()
  const csv = 'name,kind,tier,owner\nwage,model,high,ada\nHiring,system,high,ada\nchurn,model,severe,\n'
  const file = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByText('2 rows would be written').waitFor()
  await page.getByText('The tier “severe” is not high').waitFor()
  await clean(page, 'spreadsheet')
  await page.getByRole('button', { name: 'Write 2 rows' }).click()
  await page.getByText('shows as a gap in the inventory').waitFor()
  await page.getByText('Two small models in a workspace').click()
  await page.getByRole('button', { name: 'Make the sample' }).click()
  await page.getByText('The sample is in the workspace').waitFor()
  await clean(page, 'sample')
  await page.getByRole('button', { name: 'Go on: Invite people' }).click()

  await page.getByText('1 person has a role here').waitFor()
  await page.getByLabel('Signs in as').fill('vera')
  await page.getByLabel('Role', { exact: true }).selectOption('validator')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('2 people have a role here').waitFor()
  await clean(page, 'invite')
  await page.getByRole('button', { name: 'Skip this step' }).click()

  await page.getByText('No verdict yet').waitFor()
  await page.getByRole('button', { name: 'Make a token for it' }).click()
  await page.getByText('it is shown only now').waitFor()
  const token = (await page.getByText(/^mk_[\w-]+$/).textContent()) ?? ''
  await page.getByLabel('Pipeline', { exact: true }).selectOption('any shell')
  await clean(page, 'pipeline')
  // The models of the spreadsheet have no version, so a pipeline asks about one that is registered now.
  await register(page)
  await page.reload()
  await page.getByLabel('Pipeline', { exact: true }).selectOption('any shell')
  await page.getByText('"model":"wage"').waitFor()
  await page.getByText('Begin with wage, which has high tier').waitFor()
  const snippet = (await page.getByText(/^curl --fail-with-body/).textContent()) ?? ''
  await execute('sh', ['-c', snippet], { env: { ...process.env, MODELKEEP_TOKEN: token }, cwd: server.folder })
  await page.getByText('The gate was asked about wage 1 for dev: denied.').waitFor()
  await clean(page, 'verdict')
  await page.getByRole('button', { name: 'Go on: Keep it safe' }).click()

  await page.getByRole('link', { name: 'Save the public keys' }).waitFor()
  await page.getByLabel('A backup runs every night').check()
  await clean(page, 'keep')
  await page.getByRole('button', { name: 'Open the workspace' }).click()
  await page.getByRole('navigation', { name: 'Sections' }).waitFor()

  // What the first steps brought is where it belongs, and the system has an owner who was asked.
  await page.goto(`${server.url}/duties`)
  await page.getByRole('button', { name: 'Accept to be accountable owner of Hiring' }).click()
  await page.getByRole('button', { name: /^Accountable owner of Hiring: accepted/ }).waitFor()
  await page.goto(`${server.url}/systems/Hiring`)
  await page.getByLabel('A model that serves it').selectOption('wage')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('High tier: 1 model, none of them deployed.').waitFor()
  await clean(page, 'system')
  expect(problems).toEqual([])
}, 120_000)

/** Version 1 of a model, from the page that is signed in. */
/** A token of whoever is signed in on the page. */
async function tokenOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': session.csrf }
    const body = JSON.stringify({ name: 'reader', scopes: null, expires_in_days: 1 })
    const made = await (await fetch('/api/v1/tokens', { method: 'POST', headers, body })).json()
    return (made as { secret: string }).secret
  })
}

async function register(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': session.csrf }
    const post = async (path: string, body: unknown) =>
      (await fetch(`/api/2.0/mlflow/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    const made = await post('runs/create', { experiment_id: '0', start_time: Date.now() })
    const { run_id } = (made as { run: { info: { run_id: string } } }).run.info
    const place = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/MLmodel`
    await fetch(place, { method: 'PUT', headers: { 'x-csrf-token': session.csrf }, body: new Blob(['flavors: {}\n']) })
    await post('model-versions/create', { name: 'wage', source: `runs:/${run_id}/model`, run_id })
  })
}
