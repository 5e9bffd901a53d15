import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import { Validation } from './schema.ts'

const input = {
  environment: 'prod',
  title: 'Applicants without a degree',
  risk: 'The model may have learnt the degree instead of the work.',
  method: 'Permute the degree and compare the rates.',
  expected: 'The ratio moves by less than 0.02.',
}

test('a validation has what the policies ask for, tests and words of validators, and one report of it all', async () => {
  const app = await testApp()
  const { developer, validator, base, decide } = await givenReview(app)
  const read = async (who = validator) =>
    Validation.parse((await who.get(`${base}/validation?environment=prod`)).json())
  const before = await read()
  expect(before).toMatchObject({ tier: 'high', tests: [], texts: [], writable: true, decisions: [] })
  expect(before.plan.map(({ type }) => type)).toContain('evidence')
  expect(before.counts).toMatchObject({ failed: 0 })

  const planned = (await validator.post(`${base}/validation/tests`, input)).json()
  expect(planned).toMatchObject({ state: 'planned', planned_by: validator.person.id, expected: input.expected })
  expect((await read()).counts.open).toBe(before.counts.open + 1)
  const result = { outcome: 'failed', result: 'The ratio moved by 0.05 | in the north.' }
  expect((await validator.post(`/validation/tests/${planned.id}/result`, result)).json().state).toBe('failed')
  // What was said stays said.
  expect(
    (await validator.post(`/validation/tests/${planned.id}/result`, { ...result, outcome: 'passed' })).status,
  ).toBe(409)
  const passed = (await validator.post(`${base}/validation/tests`, { environment: 'prod', title: 'Empty rows' })).json()
  await validator.post(`/validation/tests/${passed.id}/result`, {
    outcome: 'passed',
    result: 'It refuses them by name.',
  })
  const other = { outcome: 'passed', result: 'It is shown elsewhere.', evidence_id: 'evi_01kjpwd6m0dfhwz58tgxrjx6aa' }
  const third = (await validator.post(`${base}/validation/tests`, input)).json()
  expect((await validator.post(`/validation/tests/${third.id}/result`, other)).status).toBe(400)

  const conclusion = {
    environment: 'prod',
    section: 'conclusion',
    text: 'Fit for use **with** a watch on degrees.',
    read_at: null,
  }
  const first = (await validator.put(`${base}/validation/text`, conclusion)).json()
  expect((await validator.put(`${base}/validation/text`, { ...conclusion, text: 'Fit.' })).status).toBe(409)
  const second = { ...conclusion, text: 'Fit for use, with a watch on <b>degrees</b>.', read_at: first.written_at }
  expect((await validator.put(`${base}/validation/text`, second)).status).toBe(200)
  expect((await decide(validator)).status).toBe(200)

  const markdown = await validator.get(`${base}/validation/report?environment=prod`)
  expect(markdown.headers['content-disposition']).toBe('attachment; filename="validation-1.md"')
  for (const part of [
    `# Validation of ${governedName} 1 for prod`,
    'Fit for use, with a watch on <b>degrees</b>.',
    'The ratio moved by 0.05 \\| in the north.',
    'It refuses them by name.',
    'Checked figures and files.',
  ]) {
    expect(markdown.text).toContain(part)
  }
  expect(markdown.text).not.toContain('**with**')
  const html = (await validator.get(`${base}/validation/report?environment=prod&format=html`)).text
  expect(html).toContain('&lt;b&gt;degrees&lt;/b&gt;')
  expect(html).not.toContain('<b>')
  expect((await app.trail()).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['validation.test_planned', 'validation.test_done', 'validation.text_written']),
  )
  expect((await read(developer)).writable).toBe(false)
})

test('whoever made a version does not validate it, whatever their roles; others need the permission', async () => {
  const app = await testApp()
  const { developer, base } = await givenReview(app)
  const admin = await app.as('administrator')
  const grant = await admin.post(`/people/${developer.person.id}/grants`, { role: 'validator', model: null })
  expect(grant.status).toBe(200)
  const refused = await developer.post(`${base}/validation/tests`, input)
  expect([refused.status, refused.json().rule]).toEqual([403, 'developer'])
  const text = { environment: 'prod', section: 'scope', text: 'Everything.', read_at: null }
  expect((await developer.put(`${base}/validation/text`, text)).status).toBe(403)
  const auditor = await app.as('auditor')
  expect((await auditor.get(`${base}/validation`)).status).toBe(200)
  expect((await auditor.post(`${base}/validation/tests`, input)).status).toBe(403)
  const stranger = await app.as([{ role: 'validator', model: 'another' }])
  expect((await stranger.get(`${base}/validation`)).status).toBe(403)
  expect(
    (
      await stranger.post('/validation/tests/vts_01kjpwd6m0dfhwz58tgxrjx6aa/result', {
        outcome: 'passed',
        result: 'Seen somewhere.',
      })
    ).status,
  ).toBe(404)
})
