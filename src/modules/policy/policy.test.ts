import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'

const text = (limit: number) => `# Kept as written.
format: modelkeep-policy-1
name: team-rule
title: A rule of our own
scope: { tiers: [medium], environments: [prod] }
evidence: [{ id: performance, title: Performance is known, kind: performance }]
checks:
  - { id: auc, title: Good enough, evidence: performance, figure: figures.roc_auc, is: at_least, limit: ${limit} }
`

test('a new workspace has published starters, written by the server, and each rule as a sentence', async () => {
  const app = await testApp()
  const reader = await app.as('auditor')
  const reply = await reader.get('/policies')
  expect(reply.status).toBe(200)
  expect(reply.json().policies).toMatchObject([
    { name: 'high-risk-people-decisions', version: 1, state: 'published', created_by: 'server' },
    { name: 'low-tier', state: 'published' },
    { name: 'medium-tier', state: 'published' },
  ])
  expect(reply.json().policies[0].sentences).toHaveLength(11)
  expect((await app.trail('policy:low-tier/1')).map(({ action }) => action)).toEqual([
    'policy.drafted',
    'policy.published',
  ])
})

test('a policy is started from one of five kinds of organisation, each with its tests', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const { starters } = (await admin.get('/policies/starters')).json()
  const kinds = new Set(starters.map(({ organisation }: { organisation: string }) => organisation))
  expect([...kinds]).toEqual(['team', 'bank', 'public', 'medical', 'research'])
  const { text, tests, sentences } = starters.find(
    (each: { organisation: string; name: string }) => each.organisation === 'bank' && each.name === 'medium-tier',
  )
  expect(sentences.length).toBeGreaterThan(2)
  expect((await admin.post('/policies', { text, tests })).json()).toMatchObject({
    name: 'medium-tier',
    version: 2,
    state: 'draft',
  })
})

test('a draft becomes a published version that never changes, and supersedes the one before', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const first = (await admin.post('/policies', { text: text(0.7) })).json()
  expect(first).toMatchObject({ name: 'team-rule', version: 1, state: 'draft', text: text(0.7) })
  expect((await admin.post('/policies/team-rule/versions/1/publish')).json()).toMatchObject({ state: 'published' })

  expect((await admin.post('/policies', { text: text(0.8) })).json()).toMatchObject({ version: 2, state: 'draft' })
  const list = (await admin.get('/policies')).json().policies
  expect(list.filter(({ name }: { name: string }) => name === 'team-rule')).toMatchObject([
    { version: 2, state: 'draft' },
    { version: 1, state: 'published' },
  ])
  await admin.post('/policies/team-rule/versions/2/publish')
  const former = await admin.get('/policies/team-rule/versions/1')
  expect(former.json()).toMatchObject({ state: 'superseded', text: text(0.7), digest: first.digest })
  expect((await admin.post('/policies/team-rule/versions/1/publish')).status).toBe(409)
  expect((await admin.post('/policies/team-rule/versions/2/publish')).status).toBe(409)
  expect((await admin.get('/policies/team-rule/versions/2')).json()).toMatchObject({ state: 'published' })
  expect((await admin.get('/policies/team-rule/versions/3')).status).toBe(404)
  expect((await app.trail('policy:team-rule/2')).map(({ action }) => action)).toEqual([
    'policy.drafted',
    'policy.published',
  ])
})

test('a text with mistakes is refused with the line of each, and nothing is stored', async () => {
  const app = await testApp()
  const admin = await app.as('administrator')
  const reply = await admin.post('/policies', { text: text(0.7).replace('limit: 0.7', 'limit: x') })
  expect(reply.status).toBe(400)
  expect(reply.json()).toMatchObject({
    detail: expect.stringContaining('line 8'),
    errors: [{ path: 'checks.0.limit', line: 8 }],
  })
  const king = await admin.post('/policies', { text: `${text(0.7)}approvals: [{ id: it, title: It, role: king }]\n` })
  expect(king.json()).toMatchObject({
    status: 400,
    errors: [{ path: 'approvals.0.role', line: 9, message: 'there is no role king in this workspace' }],
  })
  await admin.post('/roles', { name: 'king', permissions: ['review.decide'] })
  expect((await admin.get('/policies')).json().policies).toHaveLength(3)
  const crowned = `${text(0.7)}approvals: [{ id: it, title: It, role: king }]\n`
  expect((await admin.post('/policies', { text: crowned })).status).toBe(200)
})

test('only administrators write policies; the JSON Schema is public', async () => {
  const app = await testApp()
  for (const role of ['developer', 'validator', 'approver', 'auditor'] as const) {
    const person = await app.as(role)
    expect((await person.post('/policies', { text: text(0.7) })).status).toBe(403)
    expect((await person.post('/policies/low-tier/versions/1/publish')).status).toBe(403)
  }
  expect((await app.anonymous.get('/policies')).status).toBe(401)
  const schema = await app.anonymous.get('/policies/schema.json')
  expect(schema.status).toBe(200)
  expect(schema.json()).toMatchObject({ title: 'Modelkeep policy', type: 'object' })
})
