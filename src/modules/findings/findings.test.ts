import { expect, test } from 'vitest'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import type { Requirement } from '../policy/schema.ts'
import { FindingSheet } from './schema.ts'

const proof = 'Reweighed the training rows and evaluated again.'
const plan = { cause: 'One group has few training rows.', plan: 'Collect rows and train once more.' }

const due = (app: TestApp, days = 10) => new Date(app.clock.now().getTime() + days * 86_400_000).toISOString()

async function opened(app: TestApp, who: TestClient, more: Record<string, unknown> = {}) {
  const input = {
    model: governedName,
    title: 'The ratio for women is low',
    severity: 'high',
    due_at: due(app),
    ...more,
  }
  const reply = await who.post('/findings', input)
  expect(reply.status, reply.text).toBe(200)
  return reply.json()
}

const blockersOf = (verdict: { requirements: Requirement[] }) =>
  verdict.requirements.filter(({ id }) => id.startsWith('finding-')).map(({ state, who }) => [state, who])

test('a finding goes from open to closed by a plan, a proof and a second person, and blocks the gate until then', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  expect((await decide(validator)).status).toBe(200)
  const ask = async () =>
    (await developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })).json()
  expect((await ask()).outcome).toBe('allowed')

  const low = await opened(app, validator, { severity: 'low', version: 1, title: 'A comment is misleading' })
  expect((await ask()).outcome).toBe('allowed')
  const finding = await opened(app, validator, { owner: developer.person.id })
  expect(finding).toMatchObject({ state: 'open', version: null, overdue: false, opened_by: validator.person.id })
  const denied = await ask()
  expect(denied).toMatchObject({ outcome: 'denied', decisions: [] })
  expect(blockersOf(denied)).toEqual([['blocked', 'developer']])
  expect(denied.requirements.at(-1)).toMatchObject({ link: `/findings/${finding.id}` })
  const standing = (await developer.get(`/models/${governedName}/versions/1/standing?environment=prod`)).json()
  expect(standing.sentence).toContain(`finding ${finding.id} is new`)

  const path = `/findings/${finding.id}`
  expect((await validator.post(`${path}/verify`, { note: proof })).status).toBe(409)
  expect((await developer.post(`${path}/plan`, plan)).json()).toMatchObject({ state: 'in_progress', ...plan })
  expect((await developer.post(`${path}/resolve`, { proof })).json()).toMatchObject({
    state: 'resolved',
    resolved_by: developer.person.id,
  })
  expect(blockersOf(await ask())).toEqual([['waiting', 'validator']])
  expect((await developer.post(`${path}/plan`, plan)).status).toBe(409)
  expect(FindingSheet.parse((await validator.get(path)).json())).toMatchObject({
    conflicts: [],
    blocks: ['dev', 'prod', 'staging'],
  })
  expect((await validator.post(`${path}/verify`, { note: 'Computed the ratio again.' })).json()).toMatchObject({
    outcome: 'closed',
    finding: { state: 'closed', verified_by: validator.person.id },
  })
  expect(await ask()).toMatchObject({ outcome: 'allowed', decisions: [expect.any(String)] })
  expect((await developer.get('/findings')).json().findings).toMatchObject([{ id: low.id }])
  expect((await developer.get(`/findings?state=closed&model=${governedName}&version=1`)).json().findings).toMatchObject(
    [{ id: finding.id }],
  )

  expect((await developer.post(`${path}/reopen`, { reason: 'It is low again today.' })).json()).toMatchObject({
    state: 'open',
    proof: null,
    verified_by: null,
  })
  expect((await ask()).outcome).toBe('denied')
  expect((await app.trail(`finding:${finding.id}`)).map(({ action }) => action)).toEqual([
    'finding.opened',
    'finding.planned',
    'finding.resolved',
    'finding.closed',
    'finding.reopened',
  ])
})

test('whoever mended or owns a finding does not verify it or make it milder, whatever their roles', async () => {
  const app = await testApp()
  const { validator, developer, version } = await givenReview(app)
  const both = await app.as([
    { role: 'validator', model: null },
    { role: 'administrator', model: null },
  ])
  const finding = await opened(app, both, { version: 1 })
  expect(finding.version_id).toBe(version.id)
  const path = `/findings/${finding.id}`
  expect((await developer.patch(path, { severity: 'low' })).json()).toMatchObject({ permission: 'review.decide' })
  expect((await both.patch(path, { severity: 'low' })).status).toBe(403)
  expect((await developer.post(`${path}/resolve`, { proof: 'short' })).status).toBe(400)
  expect((await developer.post(`${path}/resolve`, { proof })).status).toBe(200)
  expect((await developer.patch(path, { owner: validator.person.id })).status).toBe(409)
  expect((await developer.post(`${path}/verify`, { note: proof })).status).toBe(403)
  const reply = await both.post(`${path}/verify`, { note: proof })
  expect(reply.status).toBe(409)
  expect(reply.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'owner' }] })
  expect((await app.trail(`finding:${finding.id}`)).at(-1)).toMatchObject({
    action: 'finding.verify_refused',
    detail: { compared: { verifier: both.person.id, fixer: developer.person.id, owner: both.person.id } },
  })

  const own = await opened(app, validator, { owner: developer.person.id })
  expect((await both.post(`/findings/${own.id}/resolve`, { proof })).status).toBe(200)
  expect((await both.post(`/findings/${own.id}/verify`, { note: proof })).json()).toMatchObject({
    reasons: [{ rule: 'fixer' }],
  })
  expect((await both.get(`/findings/${own.id}`)).json().conflicts).toMatchObject([{ rule: 'fixer' }])

  // Somebody who has nothing to do with it may.
  const third = await opened(app, developer, { severity: 'critical' })
  expect(
    (await validator.patch(`/findings/${third.id}`, { severity: 'low', due_at: due(app, 20) })).json(),
  ).toMatchObject({
    severity: 'low',
  })
  expect((await validator.patch(`/findings/${third.id}`, { severity: 'low' })).status).toBe(400)
})

test('findings are read and written by those who may, and need a day that has not passed', async () => {
  const app = await testApp()
  const { developer } = await givenReview(app)
  const auditor = await app.as('auditor')
  const stranger = await app.as([{ role: 'developer', model: 'another' }])
  const finding = await opened(app, developer)
  const path = `/findings/${finding.id}`
  const input = { model: governedName, title: 'Something is wrong', severity: 'low', due_at: due(app) }
  expect((await auditor.post('/findings', input)).status).toBe(403)
  expect((await auditor.get(path)).status).toBe(200)
  expect((await auditor.post(`${path}/comments`, { text: 'Seen.' })).status).toBe(403)
  expect((await stranger.get(path)).status).toBe(404)
  expect((await stranger.post('/findings', input)).status).toBe(403)
  expect((await stranger.get('/findings')).json().findings).toEqual([])
  expect((await developer.post('/findings', { ...input, due_at: due(app, -1) })).status).toBe(400)
  expect((await developer.post('/findings', { ...input, version: 9 })).status).toBe(404)
  expect((await developer.post('/findings', { ...input, severity: 'dreadful' })).status).toBe(400)
  expect((await developer.get('/findings/fnd_none')).status).toBe(404)
  expect((await developer.post(`${path}/comments`, { text: 'Looking into it.' })).status).toBe(200)
  expect((await developer.get(path)).json().comments).toMatchObject([{ text: 'Looking into it.' }])
  expect((await developer.get('/findings?owner=me')).json().findings).toHaveLength(1)
  app.clock.advance(11 * 86_400_000)
  expect((await developer.get('/findings')).json().findings).toMatchObject([{ overdue: true }])
})

test('the environment says from which severity on findings block, and a decision is about those it saw', async () => {
  const app = await testApp()
  const { developer, validator, decide, sheet, review } = await givenReview(app)
  const administrator = await app.as('administrator')
  const rules = { mode: 'enforce', protected_aliases: ['champion'] }
  expect((await administrator.put('/environments/prod', { ...rules, findings_block: 'none' })).json()).toMatchObject({
    findings_block: 'none',
  })
  expect((await administrator.put('/environments/prod', rules)).json().findings_block).toBe('none')
  const finding = await opened(app, developer, { severity: 'critical' })
  const stale = await decide(validator)
  expect([stale.status, stale.json().differences]).toEqual([409, [`finding ${finding.id} is new`]])
  const fresh = (await validator.get(`/reviews/${review.id}`)).json()
  expect(fresh.snapshot.findings).toMatchObject([{ id: finding.id, severity: 'critical' }])
  expect(fresh.scope_digest).not.toBe(sheet.scope_digest)
  expect((await decide(validator, 'approved', fresh.scope_digest)).status).toBe(200)
  const outcome = async () =>
    (await developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })).json().outcome
  expect(await outcome()).toBe('allowed')
  await administrator.put('/environments/prod', { ...rules, findings_block: 'critical' })
  expect(await outcome()).toBe('denied')
  expect((await administrator.put('/environments/prod', { ...rules, findings_block: 'bad' })).status).toBe(400)
  // The approval was given over this finding: that it is mended takes nothing from it.
  await developer.post(`/findings/${finding.id}/resolve`, { proof })
  await validator.post(`/findings/${finding.id}/verify`, { note: proof })
  expect(await outcome()).toBe('allowed')
})

test('a policy blocks from a milder severity on than the environment does', async () => {
  const app = await testApp()
  const { developer, validator } = await givenReview(app)
  const admin = await app.as('administrator')
  const text = `format: modelkeep-policy-1
name: careful
title: Nothing is left open
scope: { tiers: [high], environments: [prod] }
findings: { block_from: low }
`
  await admin.post('/policies', { text })
  await admin.post('/policies/careful/versions/1/publish')
  const { id } = await opened(app, validator, { severity: 'low' })
  const { requirements } = (
    await developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })
  ).json()
  expect(requirements.filter((each: Requirement) => each.policy.name === 'careful')).toMatchObject([
    { state: 'blocked', link: `/findings/${id}` },
  ])
  expect((await validator.get(`/findings/${id}`)).json().blocks).toEqual(['prod'])
})

test('a finding names what runs where it blocks, and what is alike on other models that the reader may see', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  const deployed = { model: governedName, version: 1, environment: 'prod', endpoint: null, verdict_id: null }
  expect((await developer.post('/deployments', deployed)).status).toBe(200)
  await developer.post('/models', { name: 'pay-forecast' })
  const title = 'The ratios for women are low in the north'
  const other = await opened(app, validator, { model: 'pay-forecast', title })
  await opened(app, validator, { model: 'pay-forecast', title: 'Nobody has written who may appeal' })
  const finding = await opened(app, validator, { title: 'The ratio for women is low' })
  const sheet = FindingSheet.parse((await validator.get(`/findings/${finding.id}`)).json())
  expect(sheet.running).toEqual([{ version: 1, environment: 'prod' }])
  expect(sheet.similar.map(({ id, model }) => [id, model])).toEqual([[other.id, 'pay-forecast']])
  const narrow = await app.as([{ role: 'validator', model: governedName }])
  expect((await narrow.get(`/findings/${finding.id}`)).json().similar).toEqual([])
})
