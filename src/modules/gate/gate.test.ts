import { expect, test } from 'vitest'
import { createKey } from '../../lib/keys.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import {
  givenEvidence,
  givenGoodEvidence,
  givenModel,
  givenReady,
  givenReview,
  givenVersion,
  governedName,
} from '../../testing/governed.ts'
import { fairnessResult } from '../../testing/snapshots.ts'
import { Verdict } from './schema.ts'
import { verifyVerdict } from './verify.ts'

const ask = (client: TestClient, version: number | string = 1, environment = 'prod') =>
  client.post('/gate/checks', { model: governedName, version, environment })

const unmet = (verdict: Verdict) =>
  verdict.requirements.filter(({ state }) => state !== 'met' && state !== 'attention').map(({ id }) => id)

async function approved(app: TestApp) {
  const review = await givenReview(app)
  await review.decide(review.validator)
  return review
}

test('a denial names every unmet requirement, who can meet it, where, and the shortest path', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const model = await givenModel(developer)
  const version = await givenVersion(developer)
  await givenGoodEvidence(app, version.id, { ratio: 0.6 })
  const reply = await ask(developer)
  expect(reply.status).toBe(200)
  const verdict = Verdict.parse(reply.json())
  expect(verdict).toMatchObject({
    outcome: 'denied',
    mode: 'enforce',
    proceed: false,
    path: '3 items: 2 for the developer, 1 for a validator',
    asked_by: developer.person.id,
  })
  expect(unmet(verdict)).toEqual(['selection-rate-by-sex', 'selection-rate-by-any-attribute', 'independent-approval'])
  expect(verdict.requirements.find(({ id }) => id === 'selection-rate-by-sex')).toMatchObject({
    title: 'Selection rates of women and men differ by no more than one fifth',
    explanation: expect.stringContaining('Ratio 0.60, interval 0.45 to 0.79, limit at least 0.80'),
    who: 'developer',
    link: `/models/${governedName}/versions/1?tab=evaluations&environment=prod`,
  })
  expect((await app.trail(`verdict:${verdict.id}`)).at(-1)).toMatchObject({
    action: 'gate.asked',
    about: expect.arrayContaining([`version:${version.id}`, `model:${model.id}`, 'environment:prod']),
    detail: { outcome: 'denied', unmet: unmet(verdict) },
  })
})

test('what waits for evidence is one step: the evaluation', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer)
  await givenVersion(developer)
  expect((await ask(developer)).json()).toMatchObject({ path: '3 items: 2 for the developer, 1 for a validator' })
})

test('an approved version is allowed until its evidence or its policy term runs out, and the verdict is verified offline', async () => {
  const app = await testApp()
  const { developer, version } = await approved(app)
  const verdict = Verdict.parse((await ask(developer)).json())
  expect(verdict).toMatchObject({ outcome: 'allowed', proceed: true, path: 'nothing left to do' })
  expect(verdict.expires_at).toBe('2026-03-03T09:00:00.000Z')
  expect(verdict.decisions).toHaveLength(1)

  const keys = [app.keys.signing.publicKey]
  const text = JSON.stringify(verdict.envelope)
  const at = (offset: number) => new Date(app.clock.now().getTime() + offset)
  const good = verifyVerdict(text, keys, at(0))
  expect(good).toMatchObject({
    outcome: 'verified',
    verdict: { model: governedName, version: 1, environment: 'prod', outcome: 'allowed', digest: verdict.digest },
  })
  expect(verifyVerdict(JSON.stringify(verdict), keys, at(0)).outcome).toBe('verified')
  expect(verifyVerdict(text, keys, at(24 * 3_600_000)).outcome).toBe('expired')
  expect(verifyVerdict(text, keys, at(-3_600_000)).outcome).toBe('not_yet_valid')
  expect(verifyVerdict(text, [createKey('other').publicKey], at(0)).outcome).toBe('broken')
  const payload = Buffer.from(verdict.envelope.payload, 'base64').toString().replace('"prod"', '"test"')
  const altered = { ...verdict.envelope, payload: Buffer.from(payload).toString('base64') }
  expect(verifyVerdict(JSON.stringify(altered), keys, at(0)).outcome).toBe('broken')
  expect(verifyVerdict('{"payload": 1}', keys, at(0)).outcome).toBe('malformed')
  expect(verifyVerdict('not JSON', keys, at(0)).outcome).toBe('malformed')

  app.clock.advance(89.5 * 86_400_000)
  const later = await app.as('developer')
  expect((await ask(later)).json().expires_at).toBe('2026-05-31T09:00:00.000Z')
  app.clock.advance(86_400_000)
  const old = (await ask(later)).json()
  expect(old.outcome).toBe('denied')
  expect(unmet(old)).toContain('fairness')
  expect(version.id).toBe(old.version_id)
})

test('an approval stops counting when the content it covers changes', async () => {
  const app = await testApp()
  const { developer, version, base } = await approved(app)
  app.clock.advance(1000)
  await givenEvidence(app, version.id, 'fairness', fairnessResult(0.88))
  const verdict = (await ask(developer)).json()
  expect(verdict).toMatchObject({ outcome: 'denied', decisions: [] })
  expect(unmet(verdict)).toEqual(['independent-approval'])
  const { sentence } = (await developer.get(`${base}/standing`)).json()
  expect(sentence).toContain(
    'Not allowed in prod: the approval no longer covers the content, because evidence fairness',
  )
})

test('the standing says in a sentence what is so, without asking the gate', async () => {
  const app = await testApp()
  const { developer, base } = await givenReady(app)
  const before = (await developer.get(`${base}/standing`)).json()
  expect(before).toMatchObject({
    environment: 'prod',
    outcome: 'denied',
    sentence: 'Not allowed in prod: one of 11 requirements is not met. 1 item, for a validator.',
    policies: [{ name: 'high-risk-people-decisions', title: 'High-risk decisions about people' }],
    open_review: null,
  })
  const review = (await developer.post(`${base}/reviews`, { environment: 'prod' })).json()
  const validator = await app.as('validator')
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  expect((await developer.get(`${base}/standing`)).json()).toMatchObject({ open_review: review.id, scope_digest })
  await validator.post(`/reviews/${review.id}/decisions`, {
    outcome: 'approved',
    reason: 'Good enough for prod.',
    scope_digest,
  })
  expect((await developer.get(`${base}/standing`)).json()).toMatchObject({
    state: 'approved',
    sentence: 'Allowed in prod, with one thing to note. A verdict asked for now holds until 3 March 2026, 09:00 UTC.',
  })
  expect((await developer.get('/gate/verdicts')).json().verdicts).toEqual([])
  expect((await developer.get(`${base}/standing?environment=mars`)).status).toBe(404)
})

test('environments that observe or warn do not stop anything', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  expect((await ask(developer, 1, 'dev')).json()).toMatchObject({
    outcome: 'denied',
    mode: 'observe',
    proceed: true,
    requirements: [{ type: 'policy', state: 'unknown' }],
  })
  const admin = await app.as('administrator')
  await admin.put('/environments/prod', { mode: 'warn', protected_aliases: ['champion'] })
  expect((await ask(developer)).json()).toMatchObject({ outcome: 'denied', mode: 'warn', proceed: true })
  const move = await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })
  expect(move.json()).toMatchObject({ outcome: 'moved', verdict: { outcome: 'denied', mode: 'warn' } })
})

test('a report tells what enforcing would have stopped, to those who may read it', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  for (const environment of ['dev', 'staging', 'staging', 'prod']) await ask(developer, 1, environment)
  const { json } = await developer.get('/gate/report')
  expect(json()).toMatchObject({ asked: 4, would_block: 3, blocked: 1, complete: true })
  expect(json().rows).toMatchObject([
    { environment: 'staging', mode: 'warn', model: governedName, version: 1, times: 2 },
    { environment: 'dev', mode: 'observe', times: 1, unmet: [{ id: 'coverage', who: 'administrator' }] },
  ])
  expect((await developer.get('/gate/report?environment=dev')).json()).toMatchObject({ asked: 1, would_block: 1 })
  const stranger = await app.as([{ role: 'developer', model: 'another' }])
  expect((await stranger.get('/gate/report')).json()).toMatchObject({ asked: 0, would_block: 0, blocked: 0, rows: [] })
  expect((await developer.get('/gate/report?days=0')).status).toBe(400)
  app.clock.advance(29 * 86_400_000)
  expect((await developer.get('/gate/report?days=7')).json()).toMatchObject({ asked: 0, rows: [] })
})

test('without a tier nobody knows which policy applies, so the answer is no', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer, { tier: null })
  const version = await givenVersion(developer)
  await givenGoodEvidence(app, version.id)
  expect((await ask(developer)).json()).toMatchObject({
    outcome: 'denied',
    requirements: [{ state: 'blocked', title: 'Somebody has said how much depends on this model' }],
  })
})

test('a protected alias moves only through the gate, also for MLflow clients, who are told what is missing', async () => {
  const app = await testApp()
  const { developer, version, model } = await givenReady(app)
  const path = `/models/${governedName}/aliases/champion`
  const blocked = await developer.put(path, { version: 1 })
  expect(blocked.status).toBe(200)
  expect(blocked.json()).toMatchObject({ outcome: 'blocked', verdict: { outcome: 'denied' } })
  const mlflow = () =>
    developer.post('/api/2.0/mlflow/registered-models/alias', { name: governedName, alias: 'champion', version: '1' })
  const refused = await mlflow()
  expect(refused.status).toBe(403)
  expect(refused.json()).toMatchObject({
    error_code: 'PERMISSION_DENIED',
    message: expect.stringContaining('A validator independent of the developer has approved this content'),
  })
  expect((await developer.get(`/models/${governedName}`)).json().aliases).toEqual([])
  const trail = (await app.trail(`model:${model.id}`)).map(({ action }) => action)
  expect(trail.slice(-4)).toEqual(['gate.asked', 'alias.blocked', 'gate.asked', 'alias.blocked'])

  expect((await developer.put(`/models/${governedName}/aliases/challenger`, { version: 1 })).json()).toEqual({
    outcome: 'moved',
    alias: 'challenger',
    version: 1,
    verdict: null,
  })

  const validator = await app.as('validator')
  const review = (await developer.post(`/models/${governedName}/versions/1/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  await validator.post(`/reviews/${review.id}/decisions`, {
    outcome: 'approved',
    reason: 'Good enough for prod.',
    scope_digest,
  })
  expect((await mlflow()).status).toBe(200)
  expect((await ask(developer, 'champion')).json()).toMatchObject({ outcome: 'allowed', version: 1 })
  expect((await app.trail(`version:${version.id}`)).map(({ action }) => action)).toContain('alias.moved')
})

test('verdicts are kept as they were given, and seen by those who may see the model', async () => {
  const app = await testApp()
  const { developer } = await givenReady(app)
  const verdict = (await ask(developer)).json()
  const auditor = await app.as('auditor')
  expect((await auditor.get(`/gate/verdicts/${verdict.id}`)).json()).toEqual(verdict)
  const query = `/gate/verdicts?model=${governedName}&version=1&environment=prod`
  expect((await auditor.get(query)).json().verdicts).toEqual([verdict])
  const stranger = await app.as([{ role: 'developer', model: 'another' }])
  expect((await stranger.get(`/gate/verdicts/${verdict.id}`)).status).toBe(404)
  expect((await stranger.get('/gate/verdicts')).json().verdicts).toEqual([])
  expect((await ask(stranger)).status).toBe(403)
  expect((await ask(auditor)).status).toBe(403)
  expect((await ask(await app.as('developer', { scopes: ['registry.read'] }))).status).toBe(403)
  expect((await ask(developer, 9)).status).toBe(404)
  expect((await ask(developer, 'nobody')).status).toBe(404)
  expect((await ask(developer, 1, 'mars')).status).toBe(404)
  expect((await developer.post('/gate/checks', { model: 'nothing', version: 1, environment: 'prod' })).status).toBe(404)
})

test('an approval counts only while it is exactly what was signed', async () => {
  const app = await testApp()
  const { developer } = await approved(app)
  const connection = app.workspaces.get('main')?.connection
  const row = await connection?.db.selectFrom('decision').selectAll().executeTakeFirstOrThrow()
  await connection?.writer.commit((tx) =>
    tx
      .updateTable('decision')
      .set({ document: row?.document.replace('Checked figures', 'Invented facts.') ?? '' })
      .execute(),
  )
  const verdict = (await ask(developer)).json()
  expect(unmet(verdict)).toEqual(['independent-approval'])
  expect(verdict.requirements.at(-1).explanation).toContain('the stored decision is not what was signed')
})

test('a rejection stands also where the policy asks for no approval', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  await givenModel(developer, { tier: 'low' })
  const { version } = await givenVersion(developer)
  expect((await ask(developer)).json()).toMatchObject({ outcome: 'allowed' })
  const review = (
    await developer.post(`/models/${governedName}/versions/${version}/reviews`, { environment: 'prod' })
  ).json()
  const validator = await app.as('validator')
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  const reason = 'It leaks the labels.'
  await validator.post(`/reviews/${review.id}/decisions`, { outcome: 'rejected', reason, scope_digest })
  expect(unmet((await ask(developer)).json())).toEqual(['not-rejected'])
})
