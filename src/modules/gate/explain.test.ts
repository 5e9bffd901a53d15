import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { givenReview, governedName } from '../../testing/governed.ts'
import type { ExplainedRequirement, Explanation } from './explain-schema.ts'

const policy = 'high-risk-people-decisions'

test('the answer is a tree down to facts, and what is assumed or to come is answered by the same evaluation', async () => {
  const app = await testApp()
  const { developer, validator, decide, base } = await givenReview(app)
  const explained = async (query = ''): Promise<Explanation> =>
    (await developer.get(`${base}/explanation?environment=prod${query}`)).json()
  const node = ({ policies }: Explanation, id: string): ExplainedRequirement => {
    const found = policies[0]?.requirements.find(({ requirement }) => requirement.id === id)
    if (!found) throw new Error(`no ${id}`)
    return found
  }

  const denied = await explained()
  expect(denied).toMatchObject({
    outcome: 'denied',
    proceed: false,
    hypothetical: false,
    now: { outcome: 'denied' },
    path: '1 item, for a validator',
    until: null,
    counts: { unmet: 1, total: 11 },
    policies: [{ name: policy, version: 1, title: 'High-risk decisions about people' }],
  })
  expect(node(denied, 'discrimination')).toMatchObject({
    sentence: 'The ROC AUC in the performance evidence is at least 0.70.',
    assumed: null,
    facts: [{ kind: 'evidence', evidence: 'performance', source: 'server', until: '2026-05-31T09:00:00.000Z' }],
  })
  expect(node(denied, 'files-sealed').facts).toEqual([{ kind: 'content', digest: denied.digest, files: 1 }])
  expect(node(denied, 'independent-approval').facts).toEqual([])

  const approval = `${policy}/independent-approval`
  expect(await explained(`&met=${approval}`)).toMatchObject({
    outcome: 'allowed',
    proceed: true,
    hypothetical: true,
    now: { outcome: 'denied', path: '1 item, for a validator' },
    path: 'nothing left to do',
    until: '2026-03-03T09:00:00.000Z',
  })
  // What no policy lets anybody waive is not assumed to be waived.
  expect((await explained(`&waived=${approval}`)).outcome).toBe('denied')

  await decide(validator)
  const allowed = await explained()
  expect(allowed.outcome).toBe('allowed')
  expect(node(allowed, 'independent-approval').facts).toMatchObject([
    { kind: 'decision', decided_by: validator.person.id, outcome: 'approved', covers: true },
  ])
  const without = await explained(`&unmet=${policy}/purpose-stated,${policy}/fairness`)
  expect(without).toMatchObject({ outcome: 'denied', path: '2 items, both yours', now: { outcome: 'allowed' } })
  expect(node(without, 'purpose-stated')).toMatchObject({ assumed: 'unmet', requirement: { state: 'met' } })

  const later = await explained('&at=2026-06-01T00:00:00Z')
  expect(later).toMatchObject({ outcome: 'denied', at: '2026-06-01T00:00:00.000Z', now: { outcome: 'allowed' } })
  expect(node(later, 'fairness').requirement.state).toBe('blocked')
  for (const wrong of ['at=2020-01-01T00:00:00Z', 'at=2099-01-01T00:00:00Z', 'at=soon', 'what=1']) {
    expect((await developer.get(`${base}/explanation?${wrong}`)).status).toBe(400)
  }
  expect((await app.trail()).filter(({ action }) => action === 'gate.asked')).toEqual([])
  const stranger = await app.as([{ role: 'developer', model: 'another' }])
  expect((await stranger.get(`${base}/explanation`)).status).toBe(403)

  // Who asked, how often, and what they were told last.
  const ask = (who: typeof developer, environment = 'prod') =>
    who.post('/gate/checks', { model: governedName, version: 1, environment })
  await ask(developer, 'dev')
  await ask(developer)
  app.clock.advance(1000)
  await ask(validator)
  const callers = async (query = '') =>
    (await developer.get(`/models/${governedName}/gate/callers${query}`)).json().callers
  expect(await callers()).toMatchObject([
    { asked_by: validator.person.id, asked: 1, denied: 0, last: { environment: 'prod', outcome: 'allowed' } },
    { asked_by: developer.person.id, asked: 2, denied: 1 },
  ])
  expect(await callers('?environment=prod')).toMatchObject([{}, { asked: 1, denied: 0 }])
  expect((await stranger.get(`/models/${governedName}/gate/callers`)).status).toBe(403)
})
