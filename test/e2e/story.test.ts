import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { datasetCsv, loadWages, splitWages } from '../../demo/wages.ts'
import { colourRules, faultsOf } from './access.ts'
import { cli, demo, type Finished, freePort, launchBrowser, serve, temporaryFolder } from './tools.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let told: Finished
let server: Awaited<ReturnType<typeof serve>>
let browser: Browser
let accounts: Record<
  'admin' | 'developer' | 'validator' | 'auditor',
  { login: string; password: string; token: string }
>

beforeAll(async () => {
  folder = await temporaryFolder()
  const port = await freePort()
  told = await demo(folder.path, port).finished
  accounts = JSON.parse(await readFile(join(folder.path, 'accounts.json'), 'utf8'))
  server = await serve(join(folder.path, 'data'), port)
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await folder?.remove()
})

test('the demo takes a model from training to a signed verdict, every step held', () => {
  expect(told.stderr).toBe('')
  expect(told.status).toBe(0)
  for (const sentence of [
    'first password, shown once by the server',
    'The mitigated model is trained',
    'Version 1 is sealed: MLmodel, model.onnx, requirements.txt',
    'computes to sha256:',
    'Denied: wage-screening version 1 may not run in prod',
    'Ratio 0.47, interval 0.35 to 0.63, limit at least 0.80',
    'A validator can meet this: http',
    'You are a developer of record of this version',
    'Approved: dec_',
    'Allowed: wage-screening version 2 may run in prod',
    'Valid: wage-screening version 2 is allowed in prod',
    'champion of wage-screening is now version 2',
    'Intact: ',
    'does not hash to its leaf',
    'Sign in as',
  ]) {
    expect(told.stdout).toContain(sentence)
  }
})

test('a second start goes on with what is there', async () => {
  const again = await demo(folder.path, await freePort()).finished
  expect(again.status).toBe(0)
  expect(again.stdout).toContain('The plain model is there already')
  expect(again.stdout).not.toContain('Review rev_')
})

test('verdict and decision are checked offline, and a touched one is refused', async () => {
  const env = { MODELKEEP_CONFIG: join(folder.path, 'cli.json'), MODELKEEP_URL: 'http://127.0.0.1:1' }
  const verdict = join(folder.path, 'verdict.json')
  expect((await cli(['verdict', 'verify', verdict], env)).status).toBe(0)
  const decision = join(folder.path, 'decision.json')
  expect((await cli(['decision', 'verify', decision], env)).status).toBe(0)

  for (const [file, command] of [
    [verdict, 'verdict'],
    [decision, 'decision'],
  ] as const) {
    const text = await readFile(file, 'utf8')
    const touched = `${file}.touched`
    await writeFile(
      touched,
      text.replace(/"(payload|reason)": "(.)/, (_, key, first) => `"${key}": "${first === 'e' ? 'f' : 'e'}`),
    )
    const result = await cli([command, 'verify', touched], env)
    expect(result.status).toBe(2)
    expect(result.stderr).toContain('is not a valid')
  }
})

test('the gate answers the same over HTTP as on the command line', async () => {
  const reply = await fetch(`${server.url}/api/v1/gate/checks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accounts.developer.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'wage-screening', version: 1, environment: 'prod' }),
  })
  expect(await reply.json()).toMatchObject({ outcome: 'denied', proceed: false })
  const env = {
    MODELKEEP_URL: server.url,
    MODELKEEP_TOKEN: accounts.developer.token,
    MODELKEEP_CONFIG: join(folder.path, 'cli.json'),
  }
  expect((await cli(['gate', 'check', 'wage-screening@1', '--env', 'prod'], env)).status).toBe(3)
  expect((await cli(['gate', 'check', 'wage-screening@champion', '--env', 'prod'], env)).status).toBe(0)
  expect((await cli(['gate', 'check', 'wage-screening@9', '--env', 'prod'], env)).status).toBe(2)

  const alias = await fetch(`${server.url}/api/2.0/mlflow/registered-models/alias`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accounts.developer.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'wage-screening', alias: 'champion', version: '1' }),
  })
  expect(alias.status).toBeGreaterThanOrEqual(400)
  expect(alias.status).toBeLessThan(500)
  expect(await alias.json()).toMatchObject({ message: expect.stringContaining('Selection rates of women and men') })
})

test('people follow it in the browser, and decide there', async () => {
  const dana = await signedIn('developer')
  await dana.goto(`${server.url}/models/wage-screening/versions/1`)
  await dana.getByText('Not allowed in prod').waitFor()
  await dana.getByText('Ratio 0.47, interval 0.35 to 0.63').first().waitFor()
  await dana.getByRole('link', { name: 'Evaluations' }).click()
  await dana.getByText('Widest by sex: female are selected 0.47').waitFor()
  await dana.getByRole('link', { name: 'Who is treated differently' }).click()
  await dana.waitForURL('**/versions/1/evidence/evi_*')
  await dana.getByText('female against male').first().waitFor()
  const review = await askForReview(1, accounts.developer.token)

  const vera = await signedIn('validator')
  await vera.goto(`${server.url}/reviews`)
  await vera.getByText('wage-screening').first().waitFor()
  await vera.goto(`${server.url}/reviews/${review}`)
  await vera.getByText('asked by Dana Okafor').waitFor()
  await vera.keyboard.press('f')
  await vera.getByRole('radio', { name: /Reject/ }).check()
  await vera.getByLabel('Reason').fill('Women are selected at less than half the rate of men.')
  await vera.getByRole('button', { name: /Reject and sign/ }).click()
  await vera.getByText('rejected', { exact: true }).first().waitFor()

  await dana.goto(`${server.url}/models/wage-screening/versions/1?tab=decisions`)
  await dana.getByText('Women are selected at less than half the rate of men.').waitFor()
  expect(await dana.getByText('rejected').count()).toBeGreaterThan(0)
  await dana.context().close()
  await vera.context().close()
})

test('two people break the glass in the browser, and it stays in sight until it is reviewed', async () => {
  const dana = await signedIn('developer')
  await dana.goto(`${server.url}/models/wage-screening/versions/1`)
  await dana.getByText('If it cannot wait').waitFor()
  await dana.keyboard.press('b')
  await dana.getByLabel('Why it cannot wait').fill('Scoring has stood still since noon.')
  await dana.getByRole('button', { name: 'Ask for it' }).click()
  await dana.getByRole('button', { name: 'Take it back…' }).waitFor()

  const vera = await signedIn('validator')
  await vera.goto(`${server.url}/gate`)
  await vera.getByRole('button', { name: 'Confirm…' }).click()
  await vera.getByLabel('Why you agree').fill('Seen, and worse without it.')
  await vera.keyboard.press('Tab')
  await vera.keyboard.press('Enter')
  await vera.getByText('is broken for').waitFor()
  await vera.getByText('by break-glass', { exact: true }).waitFor()
  await vera.getByRole('button', { name: 'End it now…' }).click()
  await vera.getByLabel('Reason').fill('Version 2 starts again.')
  await vera.getByRole('button', { name: 'End it now', exact: true }).click()
  await vera.getByText('and nobody has reviewed that').waitFor()
  await vera.getByRole('link', { name: 'Review it' }).click()
  await vera.getByRole('heading', { name: 'The glass of prod was broken for version 1' }).waitFor()

  await dana.goto(`${server.url}/models/wage-screening/versions/1`)
  await dana.getByText('and nobody has reviewed that').waitFor()
  await dana.getByText('Not allowed in prod').waitFor()
  await dana.context().close()
  await vera.context().close()
})

test('a comparison with the champion ends in a signed decision, and the gate has its say', async () => {
  const vera = await signedIn('validator')
  await vera.goto(`${server.url}/models/wage-screening/compare?a=2&b=1`)
  await vera.getByText('The gate of prod denies version 1').waitFor()
  await vera.keyboard.press('p')
  await vera.getByRole('textbox', { name: 'Reason' }).fill('Women are selected at less than half the rate of men.')
  await vera.getByRole('button', { name: 'Promote and sign' }).click()
  await vera.getByText('so nothing was decided').waitFor()
  await vera.getByRole('textbox', { name: 'Reason' }).blur()
  await vera.keyboard.press('c')
  await vera.getByRole('button', { name: 'Keep and sign' }).click()
  await vera.getByText('champion kept').waitFor()
  expect(await faultsOf(vera)).toEqual([])
  await vera.context().close()
})

test('whoever looks at an approved version sees at once that something changed under the approval', async () => {
  const vera = await signedIn('validator')
  await vera.goto(`${server.url}/models/wage-screening/versions/2`)
  const status = vera.getByRole('region', { name: 'Status' })
  await status.getByText('Allowed in prod').waitFor()
  const write = async (purpose: string) => {
    const reply = await fetch(`${server.url}/api/v1/models/wage-screening`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${accounts.developer.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ purpose }),
    })
    return ((await reply.json()) as { purpose: string }).purpose
  }
  const model = await fetch(`${server.url}/api/v1/models/wage-screening`, {
    headers: { authorization: `Bearer ${accounts.developer.token}` },
  })
  const { purpose } = (await model.json()) as { purpose: string }
  await write('Decides whom to invite.')
  await status.getByText('the approval no longer covers the content, because the purpose was rewritten').waitFor({
    timeout: 5000,
  })
  expect(await write(purpose)).toBe(purpose)
  await status.getByText('Allowed in prod').waitFor({ timeout: 5000 })
  await vera.context().close()
})

test('the palette leads to the trail, which says that it is intact', async () => {
  const amir = await signedIn('auditor')
  await amir.goto(`${server.url}/inventory`)
  await amir.getByRole('link', { name: 'wage-screening' }).first().waitFor()
  await amir.keyboard.press('Control+k')
  await amir.getByPlaceholder('A model, a version').fill('trail')
  await amir.getByRole('button', { name: /^Trail/ }).waitFor()
  await amir.keyboard.press('Enter')
  await amir.getByText('The trail is intact').waitFor()
  await amir.context().close()
})

test('the main pages have no accessibility fault, in light and dark', async () => {
  const page = await signedIn('validator')
  for (const path of [
    '/',
    '/inventory',
    '/calendar',
    '/models/wage-screening',
    '/models/wage-screening/versions/1',
    '/models/wage-screening/versions/2?tab=evaluations',
    '/trail',
  ]) {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${server.url}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('[aria-label=Loading]').first().waitFor({ state: 'detached' })
    expect(await faultsOf(page), path).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await faultsOf(page, { rules: colourRules }), `${path} in the dark`).toEqual([])
  }
  await page.context().close()
})

test('a table becomes a result by keyboard, and one decision is explained and recorded', {
  timeout: 90_000,
}, async () => {
  const lines = datasetCsv(splitWages(loadWages()).evaluation).trim().split('\n')
  const table = join(folder.path, 'applicants.csv')
  await writeFile(table, lines.map((line, i) => (i === 0 ? `case_id,${line}` : `case-${i},${line}`)).join('\n'))
  const sheet = join(folder.path, 'sheet.csv')
  await writeFile(sheet, 'a,b\n1,2,3\n')

  const dana = await signedIn('developer')
  await dana.goto(`${server.url}/models/wage-screening/versions/2?tab=evaluations`)
  await dana.getByRole('link', { name: 'Evaluate a table of predictions' }).focus()
  await dana.keyboard.press('Enter')
  const choose = async (file: string) => {
    const opened = dana.waitForEvent('filechooser')
    await dana.getByRole('button', { name: 'Choose a file' }).focus()
    await dana.keyboard.press('Enter')
    await (await opened).setFiles(file)
  }
  await choose(sheet)
  await dana.getByRole('alert').getByText('not a CSV table').waitFor()
  await choose(table)
  await dana.getByText('What the columns mean').waitFor()
  await dana.getByText('the dataset has every column that the model takes').waitFor()
  expect(await dana.getByLabel('What was true').inputValue()).toBe('high_wage')
  expect(await dana.getByLabel('Names a row').inputValue()).toBe('case_id')
  await dana.getByRole('cell', { name: 'case-1', exact: true }).waitFor()
  await dana.getByLabel(/^Performance/).focus()
  await dana.keyboard.press('Space')
  await dana.getByLabel(/^Fairness/).focus()
  await dana.keyboard.press('Space')
  await dana.keyboard.press('Enter')
  await dana.getByText('Not yet: Choose at least one thing to find out.').waitFor()
  await dana.getByLabel(/^Explanation/).focus()
  await dana.keyboard.press('Space')
  // What was said is kept when the page is left.
  await dana.reload()
  await dana.getByText('What the columns mean').waitFor()
  expect(await dana.getByLabel(/^Explanation/).isChecked()).toBe(true)
  expect(await dana.getByLabel(/^Performance/).isChecked()).toBe(false)
  await dana.getByRole('button', { name: 'Evaluate', exact: true }).focus()
  await dana.keyboard.press('Enter')
  await dana.waitForURL('**/versions/2/evidence/evi_*', { timeout: 60_000 })
  await dana.getByText('It goes by education most').waitFor()

  await dana.getByLabel('Decision, by case_id').fill('case-7')
  await dana.keyboard.press('Enter')
  await dana.getByText('case-7: the probability of the favourable class is').waitFor()
  await dana.getByText(/^Education \d+ (raises|lowers) the probability/).waitFor()
  await dana.getByRole('button', { name: 'What would have changed it' }).focus()
  await dana.keyboard.press('Enter')
  await dana.getByRole('heading', { name: 'What would have changed it' }).waitFor()
  expect(await faultsOf(dana)).toEqual([])
  await dana.getByRole('link', { name: 'See the event' }).click()
  await dana.waitForURL('**/trail?**')
  await dana.getByText('decision').first().waitFor()
  await dana.context().close()

  const events = await fetch(`${server.url}/api/v1/audit/events?action=decision.explained`, {
    headers: { authorization: `Bearer ${accounts.auditor.token}` },
  })
  const text = await events.text()
  expect(JSON.parse(text).events).toHaveLength(2)
  expect(text).not.toContain('case-7')
})

async function signedIn(who: keyof typeof accounts): Promise<Page> {
  const context = await browser.newContext({
    colorScheme: 'light',
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(server.url)
  const { login, password } = accounts[who]
  await page.getByLabel(/name/i).fill(login)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  return page
}

async function askForReview(version: number, token: string): Promise<string> {
  const reply = await fetch(`${server.url}/api/v1/models/wage-screening/versions/${version}/reviews`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ environment: 'prod', note: 'For comparison.' }),
  })
  const review = (await reply.json()) as { id: string }
  expect(review.id).toMatch(/^rev_/)
  return review.id
}
