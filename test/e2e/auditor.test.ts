import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { testApp } from '../../src/testing/app.ts'
import { testClock } from '../../src/testing/clock.ts'
import { givenReview, governedName } from '../../src/testing/governed.ts'
import { faultsOf } from './access.ts'
import { freePort, launchBrowser } from './tools.ts'

const password = 'correct horse'
const day = 86_400_000

async function clean(page: Page): Promise<void> {
  expect(await faultsOf(page)).toEqual([])
}

test('an auditor signs in to their own room, draws a sample, asks about it, is answered by the host, and closes', async () => {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const app = await testApp({ clock: testClock(new Date().toISOString()), config: { publicUrl } })
  await givenReview(app)
  const admin = await app.as('administrator')
  for (let i = 0; i < 3; i++) {
    await admin.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })
  }
  const account = (login: string, name: string, role?: string) =>
    app.access.people.create(serverActor, {
      login,
      name,
      kind: 'person',
      password,
      grants: role === undefined ? [] : [{ role, model: null }],
    })
  const ina = await account('ina', 'Ina Vogt')
  await account('hugo', 'Hugo Sand', 'administrator')
  const ends_at = new Date(app.clock.now().getTime() + 30 * day).toISOString()
  await admin.post('/seats', { person: ina.id, models: [governedName], reason: 'Audit 2026', ends_at })
  await app.http.listen({ host: 'localhost', port })

  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  async function signedIn(login: string, path: string): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(`${publicUrl}${path}`)
    await page.getByLabel('Name you sign in with').fill(login)
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('Signed in as').waitFor()
    return page
  }

  const auditor = await signedIn('ina', '/')
  await auditor.getByText(`You may read ${governedName} until`).waitFor()
  expect(new URL(auditor.url()).pathname).toBe('/auditor')
  await auditor.getByText('You wait for nothing.').waitFor()
  await auditor.getByRole('link', { name: 'Sample', exact: true }).click()
  await auditor.getByLabel('Draw from').selectOption('verdicts')
  await auditor.getByLabel('How many').fill('2')
  await auditor.getByLabel('Seed').fill('audit 2026')
  await auditor.getByRole('button', { name: 'Draw' }).click()
  await auditor.getByText('2 of 3 verdicts.').waitFor()
  await auditor.getByRole('button', { name: 'Ask for these' }).click()
  await auditor.getByLabel('In a line').fill('Why the gate denied')
  const text = auditor.getByLabel('What you need')
  expect(await text.inputValue()).toContain('2 verdicts of 3, drawn at random with the seed "audit 2026"')
  await text.press('End')
  await text.pressSequentially(' What was missing?')
  await auditor.getByRole('combobox', { name: 'And about' }).fill(`${governedName}@1`)
  await auditor.getByLabel('By when').fill(new Date(app.clock.now().getTime() + 7 * day).toISOString().slice(0, 10))
  await clean(auditor)
  await auditor.getByRole('button', { name: 'Ask', exact: true }).click()
  await auditor.getByText('It waits for an answer.').waitFor()
  await auditor
    .getByRole('link', { name: `denied by the gate of prod, ${governedName} 1` })
    .first()
    .waitFor()
  await auditor.getByRole('link', { name: `${governedName} 1`, exact: true }).waitFor()

  const host = await signedIn('hugo', '/notices')
  await host.getByRole('link', { name: /An auditor asks for “Why the gate denied”/ }).click()
  await host.getByLabel('What you answer').fill('Nobody had approved version 1 for prod.')
  await host.getByRole('button', { name: 'Answer' }).click()
  await host.getByText('It was answered, and waits for the auditor.').waitFor()

  await auditor.reload()
  await auditor.getByText('Nobody had approved version 1 for prod.').waitFor()
  await auditor.getByRole('button', { name: 'Close it, satisfied' }).click()
  await auditor.getByText('The auditor closed it, satisfied with the answer.').waitFor()

  // The host sees what was looked at, each request for it among the rest.
  await host.goto(`${publicUrl}/auditor?tab=seats`)
  await host.getByRole('link', { name: 'Ina Vogt' }).click()
  await host.getByText('GET /auditor/sample?population=verdicts').first().waitFor()
  await host.getByRole('link', { name: 'What was asked from this seat' }).click()
  await host.getByRole('link', { name: 'Why the gate denied' }).waitFor()
}, 60_000)
