import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { once } from '../../src/lib/once.ts'
import { type FixtureServer, startFixtureServer } from '../../web/testing/fixture-server.ts'
import { digest, id } from '../../web/testing/fixtures/base.ts'
import { examinedId } from '../../web/testing/fixtures/examined.ts'
import { runIds } from '../../web/testing/fixtures/registry.ts'
import { colourRules, faultsOf } from './access.ts'
import { previewOf } from './studio-preview.ts'
import { launchBrowser } from './tools.ts'

const version = '/models/wage-screening/versions'
const evidencePage = (...which: Parameters<typeof examinedId>) => `${version}/2/evidence/${examinedId(...which)}`
const pages: Record<string, string> = {
  work: '/',
  calendar: '/calendar',
  inventory: '/inventory',
  prompts: '/inventory?kind=prompt',
  'inventory-peek': '/inventory?peek=wage-screening',
  model: '/models/wage-screening',
  'version-denied': `${version}/1`,
  'version-approved': `${version}/2`,
  'gate-explained': `${version}/1/gate?environment=prod`,
  evaluations: `${version}/2?tab=evaluations`,
  'evidence-explanation': `${version}/2/evidence/${id('evi', 15)}`,
  'evidence-robustness': `${version}/2/evidence/${id('evi', 16)}`,
  'evidence-privacy': `${version}/2/evidence/${id('evi', 17)}`,
  evaluate: `${version}/2/evaluate`,
  'evaluate-columns': `${version}/2/evaluate?dataset=${digest('holdout')}`,
  'evaluate-live': `${version}/2/evaluate?dataset=${digest('holdout')}&evaluation=${id('evl', 3)}`,
  'evaluate-failed': `${version}/2/evaluate?dataset=${digest('holdout')}&evaluation=${id('evl', 2)}`,
  'evidence-performance': evidencePage('two', 'performance'),
  'evidence-several-classes': evidencePage('several', 'performance'),
  'evidence-number': evidencePage('number', 'performance'),
  'evidence-fairness': evidencePage('two', 'fairness'),
  'evidence-mitigation': evidencePage('two', 'mitigation'),
  'evidence-slices': evidencePage('two', 'slices'),
  'version-compare': '/models/wage-screening/compare?a=1&b=2',
  validation: `${version}/2/validation`,
  files: `${version}/2?tab=files`,
  decisions: `${version}/2?tab=decisions`,
  'version-trail': `${version}/2?tab=trail`,
  experiments: '/experiments',
  experiment: '/experiments/1',
  'experiment-traces': '/experiments/1?tab=traces&peek=tr-00000000000000000000000000000001',
  'experiment-models': '/experiments/1?tab=models',
  run: `/runs/${runIds[1]}`,
  'run-markdown': `/runs/${runIds[1]}?tab=artifacts&file=notes.md`,
  compare: `/compare?runs=${runIds.join(',')}&all=true`,
  'trace-failed': `/traces/tr-${'1'.padStart(32, '0')}?span=0000000000000004`,
  'trace-table': `/traces/tr-${'1'.padStart(32, '0')}?view=table`,
  webhooks: '/webhooks',
  webhook: `/webhooks/${id('whk', 1)}?peek=${id('dlv', 4)}`,
  reviews: '/reviews?state=all',
  separation: '/reviews?state=separation',
  'review-step': `/reviews/${id('rev', 1)}?step=1`,
  'review-sheet': `/reviews/${id('rev', 1)}?step=9`,
  notices: '/notices',
  findings: '/findings',
  finding: `/findings/${id('fnd', 1)}`,
  'finding-resolved': `/findings/${id('fnd', 3)}`,
  'version-findings': `${version}/2?tab=findings`,
  gate: '/gate',
  'verdict-denied': `/gate/verdicts/${id('vrd', 1)}`,
  'verdict-allowed': `/gate/verdicts/${id('vrd', 2)}`,
  policies: '/policies',
  'policy-start': '/policy-starters',
  policy: '/policies/high-risk-people?version=4',
  'policy-studio': '/policies/high-risk-people/edit',
  'policy-studio-tests': '/policies/high-risk-people/edit?tab=tests',
  'policy-studio-impact': '/policies/high-risk-people/edit?tab=impact',
  'policy-studio-changes': '/policies/high-risk-people/edit?tab=changes',
  datasets: '/datasets',
  'dataset-peek': `/datasets?peek=${id('dsv', 2)}`,
  trail: '/trail',
  people: `/people?peek=${id('per', 2)}`,
  systems: '/systems',
  system: '/systems/Hiring',
  duties: '/duties',
  'duties-models': '/duties?tab=models&of=wage-screening&duty=validator',
  'duties-load': '/duties?tab=load',
  auditor: '/auditor',
  'auditor-seats': `/auditor?tab=seats&seat=${id('seat', 1)}`,
  'auditor-requests': '/auditor?tab=requests',
  'auditor-request': `/auditor?tab=requests&request=${id('arq', 1)}`,
  'auditor-request-answered': `/auditor?tab=requests&request=${id('arq', 3)}`,
  'auditor-ask': '/auditor?tab=requests&ask=sample&population=decisions&size=2&seed=audit',
  'auditor-open-seat': '/auditor?tab=seats',
  admin: '/admin',
  simulator: '/admin?tab=simulator&login=vera&model=wage-screening&version=2',
  roles: '/admin?tab=roles',
  tokens: '/people?tab=tokens',
  retention: '/retention',
  'retention-deleted': '/retention?tab=deleted',
  'retention-purges': '/retention?tab=executions',
  'retention-holds': '/retention?tab=holds',
  'retention-storage': '/retention?tab=storage',
  workspaces: '/workspaces',
  'workspaces-elsewhere': '/workspaces?workspace=credit-risk',
  reference: '/reference',
  account: '/account',
  'sign-in': '/sign-in',
  'sign-in-refused': '/sign-in?refused=no_account&provider=keycloak&reference=8f14e45f-ea9d',
  'set-up': '/set-up',
  welcome: '/welcome',
  'welcome-bring': '/welcome?step=2',
  'welcome-invite': '/welcome?step=3',
  'welcome-pipeline': '/welcome?step=4',
  'welcome-keep': '/welcome?step=5',
  'second-factor': '/second-factor',
  nothing: '/nothing-here',
}
const widths = [1280, 390] as const
const schemes = ['light', 'dark'] as const

let browser: Browser
let server: FixtureServer

beforeAll(async () => {
  server = await startFixtureServer(0, [
    ['POST', /^\/policies\/preview$/, (_, __, body) => ({ body: previewOf(JSON.parse(body)) })],
  ])
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

type Opened = { page: Page; problems: string[] }

async function window(scheme: (typeof schemes)[number]): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  return { page, problems }
}

async function go(page: Page, path: string): Promise<void> {
  await page.goto(server.url + path)
  await page.locator('h1').first().waitFor()
  await page.locator('[aria-label=Loading]').first().waitFor({ state: 'detached' })
}

/** Contrast is looked at in both themes; everything else about access is the same in both. */
async function faults(page: Page, scheme: (typeof schemes)[number]): Promise<string[]> {
  return faultsOf(page, scheme === 'dark' ? { rules: colourRules } : {})
}

/** What is wrong with one page. It is loaded once, and then looked at wide and narrow, and in the dark. */
async function visit({ page, problems }: Opened, name: string, path: string): Promise<string[]> {
  const found: string[] = []
  const look = async (scheme: (typeof schemes)[number], width: number) => {
    found.push(...(await faults(page, scheme)).map((fault) => `${name}, ${scheme}, ${width}: ${fault}`))
    const folder = process.env.SCREENSHOTS
    if (folder) await page.screenshot({ path: `${folder}/${name}-${scheme}-${width}.png`, fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: widths[0], height: 900 })
  await go(page, path)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const wider = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (wider > 0) found.push(`${name}, ${width}: ${wider} px too wide`)
    await look('light', width)
  }
  await page.emulateMedia({ colorScheme: 'dark' })
  await look('dark', widths.at(-1) ?? 390)
  if (process.env.SCREENSHOTS) {
    await page.setViewportSize({ width: widths[0], height: 900 })
    await look('dark', widths[0])
  }
  if ((await page.locator('h1').count()) !== 1) found.push(`${name}: not exactly one h1`)
  found.push(...problems.splice(0).map((problem) => `${name}: ${problem}`))
  return found
}

/** Two windows at a time, which stay open from test to test: what a browser has loaded and compiled it keeps. */
const visitors = once(() => Promise.all([window('light'), window('light')]))
const perTest = 10
const names = Object.keys(pages)
for (let from = 0; from < names.length; from += perTest) {
  const left = names.slice(from, from + perTest)
  test(`pages are whole, accessible and silent, wide and narrow, in light and dark: ${left.join(', ')}`, async () => {
    const found: string[] = []
    async function visitor(opened: Opened) {
      for (let name = left.shift(); name; name = left.shift()) {
        found.push(...(await visit(opened, name, pages[name] ?? '/')))
      }
    }
    await Promise.all((await visitors()).map(visitor))
    expect(found).toEqual([])
  })
}

async function open(path: string): Promise<Opened> {
  const opened = await window('light')
  await go(opened.page, path)
  return opened
}

test('from a version to its evidence, to what a chart draws as a table, to the same as a file, and to paper', async () => {
  const { page, problems } = await open(`${version}/2?tab=evaluations`)
  await page.getByRole('link', { name: 'Where it does worst' }).click()
  await page.getByRole('table').first().waitFor()
  await go(page, evidencePage('two', 'performance'))
  const roc = page.getByRole('figure').filter({ has: page.getByRole('img', { name: 'ROC curve' }) })
  await roc.getByText('The same as a table').focus()
  await page.keyboard.press('Enter')
  const rows = roc.getByRole('row')
  await rows.first().waitFor()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    roc.getByRole('button', { name: 'Export ROC curve as CSV' }).click(),
  ])
  expect(saved.suggestedFilename()).toBe('roc-curve.csv')
  const text = await readFile(await saved.path(), 'utf8')
  expect(text.split('\r\n')[0]).toBe(
    'false positive rate,true positive rate,"true positive rate, low","true positive rate, high"',
  )
  expect(text.trim().split('\r\n')).toHaveLength(await rows.count())
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  expect(await page.getByRole('navigation').filter({ visible: true }).count()).toBe(0)
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
  expect(problems).toEqual([])
  await page.context().close()
})

test('the palette finds a version by keyboard alone', async () => {
  const { page } = await open('/')
  await page.keyboard.press('Control+k')
  await page.getByText('Make an access token').waitFor()
  expect(await faults(page, 'light')).toEqual([])
  await page.getByPlaceholder('A model, a version').fill('wage-screening 2')
  await page.getByRole('button', { name: 'wage-screening 2' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**${version}/2`)
  await page.context().close()
})

test('j, k and Enter walk the inventory, g goes to a section, ? lists what works', async () => {
  const { page } = await open('/inventory')
  await page.keyboard.press('j')
  await page.getByRole('complementary', { name: 'wage-screening' }).waitFor()
  expect(page.url()).toContain('peek=wage-screening')
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.search.includes('peek'))
  await page.keyboard.press('j')
  await page.waitForURL('**peek=**')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/models/churn-*')
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.waitForURL('**/trail')
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Go to Inventory').waitFor()
  await page.getByRole('switch').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  expect(page.url()).toContain('/trail')
  await page.context().close()
})

test('my work leads by keyboard to what waits, and a test of a validation is added by keyboard', async () => {
  const { page } = await open('/')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/findings/${id('fnd', 3)}`)
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await page.getByText('4 things wait for you; one keeps the gate closed.').waitFor()
  await go(page, `${version}/2/validation`)
  await page.keyboard.press('n')
  await page.getByLabel('What is tested').fill('Rows without a name')
  const asked = page.waitForRequest(
    (request) => request.method() === 'POST' && request.url().endsWith('/validation/tests'),
  )
  await page.getByLabel('What counts as passed').fill('They are refused.')
  await page.getByRole('dialog').getByRole('button', { name: 'Add the test' }).press('Enter')
  expect((await asked).postDataJSON()).toMatchObject({ environment: 'prod', title: 'Rows without a name' })
  await page.context().close()
})

test('a refused decision stays on the page with its reason, and so does what was written', async () => {
  const { page } = await open(`/reviews/${id('rev', 1)}`)
  await page.keyboard.press('f')
  await page.getByText('Your decision').waitFor()
  await page.keyboard.press('a')
  await page.keyboard.type('The rates are within the limit.')
  await page.keyboard.press('Control+Enter')
  await page.getByText('may not decide about it').waitFor()
  expect(await page.getByLabel('Reason').inputValue()).toBe('The rates are within the limit.')
  await page.context().close()
})

test('the gate’s answer is explained down to facts, and what if is tried by keyboard', async () => {
  const { page, problems } = await open(`${version}/1`)
  await page.keyboard.press('e')
  await page.waitForURL(`**${version}/1/gate?environment=prod`)
  const answer = page.getByRole('region', { name: 'Answer', exact: true })
  await answer.getByText('Denied. 3 items: 1 yours').waitFor()
  await page.getByText('Nobody in that role has decided.').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  const whatIf = page.getByRole('region', { name: 'What if' })
  await whatIf.getByText('it would be denied').waitFor()
  expect(new URL(page.url()).searchParams.get('met')).toBe('high-risk-people/selection-ratio-sex')
  expect(await faults(page, 'light')).toEqual([])
  await page.getByRole('button', { name: 'If met: Somebody independent' }).click()
  await whatIf.getByText('it would be allowed under a waiver. Nothing left to do.').waitFor()
  await page.keyboard.press('r')
  await answer.waitFor()
  await page.getByText('Jenkins').click()
  await page.getByText("credentials('modelkeep')").waitFor()
  expect(problems).toEqual([])
  await page.context().close()
})

test('a requirement is waived with a reason, a control and an end; a refusal stays with what was written', async () => {
  const { page } = await open(`${version}/1`)
  await page.getByRole('button', { name: 'Waive: Selection rates' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('for at most 30 days').waitFor()
  await dialog.getByLabel('Why it may run without it').fill('Retraining is under way.')
  await dialog.getByLabel('Compensating control').fill('A second person looks at every answer.')
  await dialog.getByLabel('Until').fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10))
  await dialog.getByRole('button', { name: 'Waive it' }).click()
  await dialog.getByText('may not decide about it').waitFor()
  expect(await dialog.getByLabel('Compensating control').inputValue()).toContain('A second person')
  await page.context().close()
})

test('a filter that the server cannot read is shown at its place, and stays', async () => {
  const { page, problems } = await window('light')
  await go(page, '/experiments/1')
  await page.getByLabel('Filter runs').fill("metrics.loss > 0.4 and zzz ! 'x'")
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('Invalid clause(s)').waitFor()
  expect(await page.locator('mark').textContent()).toBe('zzz')
  expect(await page.getByLabel('Filter runs').inputValue()).toContain('zzz')
  expect(await faults(page, 'light')).toEqual([])
  expect(problems.every((problem) => problem.includes('400'))).toBe(true)
  await page.context().close()
})

test('runs chosen in the table are compared, with differences only until all are asked for', async () => {
  const { page } = await open('/experiments/1')
  for (const name of ['reweighed-logistic', 'plain-logistic']) await page.getByLabel(`Choose ${name}`).check()
  await page.getByRole('button', { name: 'Compare 2 runs' }).click()
  await page.waitForURL('**/compare?runs=**')
  const params = page.getByRole('region', { name: 'Parameters' })
  await params.getByText('mitigation').waitFor()
  expect(await params.getByText('learning_rate').count()).toBe(0)
  await params.getByRole('switch').click()
  await params.getByText('learning_rate').waitFor()
  await page.context().close()
})

test('a trace is walked and folded by keyboard, and what spans say is text', async () => {
  const { page, problems } = await open(`/traces/tr-${'1'.padStart(32, '0')}`)
  await page.getByRole('heading', { name: 'answer', exact: true }).nth(1).waitFor()
  await page.keyboard.press('j')
  await page.waitForURL('**span=0000000000000002')
  await page.getByText('Be exact.').waitFor()
  for (let step = 0; step < 3; step++) await page.keyboard.press('j')
  await page.getByText('<script>alert(1)</script>').waitFor()
  await page.keyboard.press('k')
  await page.keyboard.press('k')
  await page.keyboard.press('ArrowLeft')
  expect(await page.getByRole('treeitem', { name: 'select from rates' }).count()).toBe(0)
  await page.keyboard.press('ArrowRight')
  await page.getByRole('treeitem', { name: 'select from rates' }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Next span').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
})

test('a trace of 20,000 spans draws only the lines in sight', async () => {
  const { page } = await open(`/traces/tr-${'9'.padStart(32, '0')}`)
  await page.getByRole('treeitem').first().waitFor()
  const began = Date.now()
  await page.getByRole('tree').focus()
  await page.keyboard.press('End')
  await page.getByRole('treeitem', { name: 'step 20000 ' }).waitFor()
  expect(Date.now() - began).toBeLessThan(3000)
  expect(await page.getByRole('treeitem').count()).toBeLessThan(100)
  await page.context().close()
})

test('duties are walked by arrow keys, looked at, accepted, and handed over from one person to another', async () => {
  const { page, problems } = await open('/duties?tab=models')
  await page.getByText('Nobody answers for 2 duties').waitFor()
  await page.getByRole('button', { name: /^Accountable owner of wage-screening/ }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const peek = page.getByRole('complementary', { name: 'Validator of wage-screening' })
  await peek.getByText('The same person answers as developer and as validator.').waitFor()
  await page.keyboard.press('Escape')
  await peek.waitFor({ state: 'detached' })
  const answered = page.waitForRequest((request) => request.url().endsWith('/answer'))
  await page.getByRole('button', { name: 'Accept to be data steward of wage-screening' }).click()
  expect((await answered).postDataJSON()).toEqual({ answer: 'accept', reason: '' })

  await page.keyboard.press('y')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('From').selectOption({ label: 'Devon Reyes (devon)' })
  await dialog.getByText('developer of wage-screening').waitFor()
  await dialog.getByLabel('To').selectOption({ label: 'Vera Lindqvist (vera)' })
  await dialog.getByLabel('Reason').fill('Devon moves to another team.')
  expect(await faultsOf(page, { within: '[role=dialog] form' })).toEqual([])
  await dialog.getByRole('button', { name: 'Propose all of them' }).click()
  await dialog.getByText('1 duty proposed to Vera Lindqvist').waitFor()
  await dialog.getByText('already held, or asked for').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
})

test('an auditor reads scope, end and verification, and the host sees what was read', async () => {
  const { page } = await open('/auditor')
  await page.getByText('You may read wage-screening until').waitFor()
  await page.getByText('Ada Osei can see it; 4 reads so far').waitFor()
  await page.getByRole('link', { name: 'Seats and what they read' }).click()
  await page.getByRole('link', { name: 'Anton Weiss' }).click()
  const peek = page.getByRole('complementary', { name: 'Anton Weiss' })
  await peek.getByText('GET /models/churn-monthly').waitFor()
  expect(await peek.getByText('not in the trail yet').count()).toBe(1)
  await page.context().close()
})

test('the simulator says who may not decide and why, and a role is defined from permissions', async () => {
  const { page } = await open('/admin')
  await page.getByRole('button', { name: 'Send an example to release-chat' }).click()
  await page.getByText(/^(answered \d+|no answer)$/).waitFor()
  await page.getByText('1 connection does not work: mlflow-registry.').waitFor()
  await page.getByRole('link', { name: 'What can somebody do' }).click()
  await page.getByLabel('What can').selectOption({ label: 'Vera Lindqvist (vera)' })
  await page.getByLabel('do to the model').fill('wage-screening')
  await page.getByLabel('and its version').fill('2')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('may not decide about wage-screening@2 for prod').waitFor()
  expect(page.url()).toContain('login=vera')
  await page.getByRole('link', { name: 'Roles', exact: true }).click()
  await page.getByRole('button', { name: 'Change release-desk' }).click()
  expect(await page.getByRole('checkbox', { name: 'gate.check' }).isChecked()).toBe(true)
  expect(await page.getByRole('checkbox', { name: 'policy.write' }).isChecked()).toBe(false)
  await page.context().close()
})

test('a test of a webhook shows what the receiver answered', async () => {
  const { page } = await open(`/webhooks/${id('whk', 1)}`)
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByRole('heading', { name: 'What the receiver answered to the test' }).waitFor()
  await page.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Everything about it (decision.*)').waitFor()
  await dialog.getByLabel('Every event').check()
  expect(await dialog.locator('details').count()).toBe(0)
  await page.context().close()
})

test('in the policy studio, form and text are one object, and its answer for a real version follows while it is written', async () => {
  const { page, problems } = await open('/policies/high-risk-people/edit')
  const text = page.getByRole('textbox', { name: 'Policy text' })
  const rule = page.getByRole('group', { name: 'selection-ratio-sex' })
  await rule.getByText('is at least 0.80').waitFor()
  await page.getByText('allowed in prod').waitFor()

  // A number in the form is that number in the text, and the comment above it stays.
  await rule.getByLabel('Limit').fill('0.9')
  await page.getByText('denied in prod').waitFor()
  await rule.getByText('is at least 0.90').waitFor()
  expect(await text.inputValue()).toContain('limit: 0.9\n')
  expect(await text.inputValue()).toContain('# The four-fifths rule')

  // A mistake in the text stands at its line, and leads there.
  const good = await text.inputValue()
  await text.fill(good.replace('limit: 0.9', 'limit: much'))
  const mistake = page.getByRole('button', { name: /^Line 21: checks\.0\.limit/ })
  await mistake.focus()
  await page.keyboard.press('Enter')
  expect(await text.evaluate('document.activeElement.selectionStart')).toBe(good.indexOf('limit: 0.9'))
  await text.fill(good)
  await mistake.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Add an approval' }).click()
  await page.getByRole('group', { name: 'approval' }).waitFor()
  await page.getByRole('button', { name: 'Remove the rule approval' }).click()
  await page.getByRole('link', { name: 'Impact' }).click()
  await page.getByText('to be approved again').first().waitFor()
  await page.getByRole('link', { name: 'Changes' }).click()
  await page.getByText('+     limit: 0.9').waitFor()
  await text.press('Control+s')
  await page.getByText('Saved as draft 5.').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
})
