import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Role } from '../../src/modules/access/schema.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { type TestApp, testApp } from '../../src/testing/app.ts'
import { givenGoodEvidence, givenModel, givenVersion, governedName } from '../../src/testing/governed.ts'
import { faultsOf } from './access.ts'
import { launchBrowser } from './tools.ts'

const password = 'correct horse battery'
const base = `/models/${governedName}/versions/1`

/** The clock of browsers, which drop cookies that have ended. */
const clock = { now: () => new Date(), advance: () => {} }

async function world() {
  const app = await testApp({ clock })
  const address = await app.http.listen({ host: '127.0.0.1', port: 0 })
  const browser = await launchBrowser()
  const developer = await app.as('developer', { name: 'Dana' })
  async function signedIn(name: string, role: Role): Promise<Page> {
    const login = name.toLowerCase()
    const grants = [{ role, model: null }]
    await app.access.people.create(serverActor, { login, name, kind: 'person', password, grants })
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: 'reduce' })
    await context.request.post(`${address}/api/v1/session`, { data: { login, password } })
    return context.newPage()
  }
  return { app, address, browser, developer, signedIn }
}

async function faults(page: Page, part = 'body'): Promise<string[]> {
  return faultsOf(page, { within: part })
}

const stateOf = async (app: TestApp, id: string) =>
  (await (await app.as('auditor')).get(`/reviews/${id}`)).json().review

test('a reviewer works through a review by keyboard: notes, comments, changes, and an approval on a condition', async () => {
  const { app, address, browser, developer, signedIn } = await world()
  try {
    const vera = await signedIn('Vera', 'validator')
    await givenModel(developer)
    const version = await givenVersion(developer)
    await givenGoodEvidence(app, version.id)
    const review = (await developer.post(`${base}/reviews`, { environment: 'prod', note: 'Please look.' })).json()
    const { keyboard } = vera
    const untilState = async (state: string) =>
      expect.poll(async () => (await stateOf(app, review.id)).state, { timeout: 10_000 }).toBe(state)

    await vera.goto(`${address}/notices`)
    await vera.getByRole('link', { name: /waits for a decision/ }).click()
    await vera.getByText('Requirement 1 of').waitFor()
    await keyboard.press('?')
    const help = vera.getByRole('dialog', { name: 'What works here' })
    for (const key of [
      'Choose to approve',
      'Choose to request changes',
      'Comment',
      'Note for yourself',
      'Final sheet',
    ]) {
      await help.getByText(key, { exact: true }).waitFor()
    }
    await keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })

    await keyboard.press('j')
    await vera.getByText('Requirement 2 of').waitFor()
    await keyboard.press('ArrowLeft')
    await vera.getByText('Requirement 1 of').waitFor()
    await keyboard.press('n')
    await keyboard.type('The groups are small.')
    await vera.getByText('Saved', { exact: true }).waitFor()
    await keyboard.press('Escape')
    await keyboard.press('c')
    await keyboard.type(`Which rows, @${developer.person.login}?`)
    await keyboard.press('Control+Enter')
    await vera.getByRole('article').getByText('Which rows').waitFor()
    expect((await developer.get('/notices')).json().notices[0].kind).toBe('mention')
    expect(await faults(vera)).toEqual([])
    await vera.reload()
    await expect
      .poll(() => vera.getByRole('textbox', { name: 'Your private note' }).inputValue())
      .toBe('The groups are small.')

    // Choosing decides nothing.
    await keyboard.press('a')
    await vera.getByRole('radio', { name: /Approve/, checked: true }).waitFor()
    await vera.getByLabel('Reason').waitFor()
    await keyboard.press('Escape')
    await keyboard.press('k')
    await keyboard.press('x')
    await vera.getByRole('checkbox', { name: /This has to be different/, checked: true }).waitFor()
    await keyboard.press('r')
    await vera.getByRole('radio', { name: /Request changes/, checked: true }).waitFor()
    expect((await stateOf(app, review.id)).state).toBe('open')
    await keyboard.type('The rows are those of last year.')
    await keyboard.press('Control+Enter')
    await untilState('changes_requested')
    await vera.getByText('Changes are asked for; whoever asked').waitFor()

    await developer.post(`/reviews/${review.id}/resubmit`, { text: 'Computed on this year’s rows.' })
    await vera.goto(`${address}/reviews/${review.id}?step=99`)
    await vera.getByText('Computed on this year’s rows.').waitFor()
    await keyboard.press('a')
    await keyboard.type('The rows are right by now.')
    await vera.getByRole('button', { name: 'Add a condition' }).click()
    await vera.getByLabel('Condition 1', { exact: true }).fill('Measure once more in the spring.')
    await vera.getByLabel('Who sees to it').selectOption({ label: `Dana (${developer.person.login})` })
    const due = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10)
    await vera.getByLabel('Until, that day included').fill(due)
    await vera.getByRole('checkbox', { name: /The groups are small/ }).check()
    const covered = vera.getByRole('region', { name: /The signature covers exactly this/ })
    await covered.getByText('Condition 1: Measure once more in the spring.').waitFor()
    await covered
      .getByText(/Policy /)
      .first()
      .waitFor()
    expect(await faults(vera)).toEqual([])
    await vera.getByRole('button', { name: /Approve on conditions and sign/ }).click()
    await untilState('approved')

    const said = (await developer.get(`${base}/comments`)).json().comments
    expect(said.map(({ text }: { text: string }) => text)).toContain('The groups are small.')
    await vera.goto(`${address}${base}?environment=prod`)
    await vera.getByText(/Approved for prod, with one condition; due in \d+ days/).waitFor()
    await vera.getByRole('region', { name: 'Conditions of the approval for prod' }).waitFor()
    await vera.getByText('approved with conditions').first().waitFor()
    await vera.emulateMedia({ colorScheme: 'dark' })
    expect(await faults(vera)).toEqual([])
  } finally {
    await browser.close()
  }
}, 120_000)

test('several reviews on which little depends are decided about with one reason, each for itself', async () => {
  const { app, address, browser, developer, signedIn } = await world()
  try {
    const admin = await app.as('administrator')
    const text = `format: modelkeep-policy-1
name: little
title: Little depends on it
scope: { tiers: [low], environments: [staging, prod] }
approvals: [{ id: validated, title: A validator has approved, role: validator }]
`
    await admin.post('/policies', { text })
    await admin.post('/policies/little/versions/1/publish')
    await givenModel(developer, { tier: 'low' })
    const version = await givenVersion(developer)
    await givenGoodEvidence(app, version.id)
    const ids: string[] = []
    for (const environment of ['staging', 'prod']) {
      ids.push((await developer.post(`${base}/reviews`, { environment })).json().id)
    }
    const vera = await signedIn('Vera', 'validator')
    await vera.goto(`${address}/reviews`)
    await vera.getByRole('row').nth(2).waitFor()
    await vera.keyboard.press('j')
    await vera.keyboard.press('x')
    await vera.keyboard.press('j')
    await vera.keyboard.press('x')
    await vera.getByRole('button', { name: 'Decide about 2 reviews' }).click()
    const dialog = vera.getByRole('dialog')
    await dialog.getByLabel('One reason for all of them').fill('Nothing but the texts has changed.')
    expect(await faults(vera, '[role=dialog]')).toEqual([])
    await dialog.getByRole('button', { name: 'Approve and sign 2' }).click()
    await dialog.getByText('signed and recorded').nth(1).waitFor()
    for (const id of ids) expect((await stateOf(app, id)).state).toBe('approved')
  } finally {
    await browser.close()
  }
}, 120_000)
