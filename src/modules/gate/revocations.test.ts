import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createKey, publicKeyPem } from '../../lib/keys.ts'
import { type TestApp, testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenEvidence, givenReview, governedName } from '../../testing/governed.ts'
import { fairnessResult } from '../../testing/snapshots.ts'
import { openRevocations } from './revocation-list.ts'
import { verifyVerdict } from './verify.ts'

const reason = 'The training data was not ours to use.'

async function given() {
  const app = await testApp()
  const review = await givenReview(app)
  await review.decide(review.validator)
  const ask = async () =>
    (await review.developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })).json()
  return { app, ...review, ask }
}

const keysOf = (app: TestApp) => [app.keys.signing.publicKey]

async function listOf({ app, developer }: Pick<Awaited<ReturnType<typeof given>>, 'app' | 'developer'>) {
  const opened = openRevocations((await developer.get('/gate/revocations')).text, keysOf(app), app.clock.now())
  if (opened.outcome !== 'verified') throw new Error(opened.message)
  return opened.list
}

test('whoever may decide revokes a verdict, those of a version or of a decision, and the signed list says so', async () => {
  const world = await given()
  const { app, developer, validator, ask } = world
  const first = await ask()
  app.clock.advance(1000)
  const second = await ask()
  expect(await listOf(world)).toMatchObject({ workspace: 'main', serial: 0, revoked: [] })

  const one = { of: 'verdict', verdict: first.id, reason }
  expect((await developer.post('/gate/revocations', one)).status).toBe(403)
  expect((await validator.post('/gate/revocations', { ...one, reason: 'no' })).status).toBe(400)
  expect((await validator.post('/gate/revocations', { ...one, verdict: `vrd_${'0'.repeat(24)}` })).status).toBe(404)
  const stranger = await app.as([{ role: 'validator', model: 'another' }])
  expect((await stranger.post('/gate/revocations', one)).status).toBe(404)
  expect((await validator.post('/gate/revocations', one)).json().revoked).toMatchObject([
    { serial: 1, verdict: first.id, cause: 'person', reason, revoked_by: validator.person.id },
  ])
  expect((await validator.post('/gate/revocations', one)).status).toBe(409)
  expect((await developer.get(`/gate/verdicts/${first.id}`)).json().revocation).toMatchObject({ serial: 1, reason })
  const listed = (await developer.get('/gate/verdicts')).json().verdicts
  expect(listed.map((each: { revocation?: unknown }) => each.revocation !== undefined)).toEqual([false, true])

  const list = await listOf(world)
  expect(list).toMatchObject({
    serial: 1,
    revoked: [{ verdict: first.id, cause: 'person', expires_at: first.expires_at }],
  })
  const verify = (verdict: { envelope: unknown }, by = list) =>
    verifyVerdict(JSON.stringify(verdict.envelope), keysOf(app), app.clock.now(), by).outcome
  expect([verify(first), verify(second)]).toEqual(['revoked', 'verified'])
  expect(verify(second, { ...list, workspace: 'another' })).toBe('malformed')

  const rest = { of: 'decision', decision: second.decisions[0], reason }
  expect((await validator.post('/gate/revocations', rest)).json().revoked).toMatchObject([{ verdict: second.id }])
  const third = await ask()
  expect(third.outcome).toBe('allowed')
  const all = { of: 'version', model: governedName, version: 1, environment: 'prod', reason }
  expect((await validator.post('/gate/revocations', { ...all, environment: 'dev' })).status).toBe(409)
  expect((await validator.post('/gate/revocations', all)).json().revoked).toMatchObject([
    { serial: 3, verdict: third.id },
  ])
  expect((await app.trail(`verdict:${third.id}`)).map(({ action }) => action)).toEqual([
    'gate.asked',
    'verdict.revoked',
  ])

  // A list is signed, in time, and holds nothing that has ended by itself.
  const text = (await developer.get('/gate/revocations')).text
  const open = (keys: Uint8Array[], later = 0) =>
    openRevocations(text, keys, new Date(app.clock.now().getTime() + later)).outcome
  expect(open(keysOf(app))).toBe('verified')
  expect(open([createKey('other').publicKey])).toBe('broken')
  expect([open(keysOf(app), 3_600_000), open(keysOf(app), -3_600_000)]).toEqual(['stale', 'broken'])
  expect(openRevocations(JSON.stringify(first.envelope), keysOf(app), app.clock.now()).outcome).toBe('malformed')
  expect(openRevocations('not JSON', keysOf(app), app.clock.now()).outcome).toBe('malformed')
  app.clock.advance(86_400_000 * 2)
  expect(await listOf({ app, developer: await app.as('developer') })).toMatchObject({ serial: 3, revoked: [] })
})

test('the server revokes by itself what the gate would deny by now', async () => {
  const world = await given()
  const { app, validator, version, review, ask } = world
  const verdict = await ask()
  app.clock.advance(1000)
  await givenEvidence(app, version.id, 'fairness', fairnessResult(0.6))
  const finding = {
    model: governedName,
    version: 1,
    title: 'It is unfair',
    severity: 'high',
    due_at: '2026-12-01T00:00:00.000Z',
  }
  expect((await validator.post('/findings', finding)).status).toBe(200)
  await vi.waitFor(async () =>
    expect((await listOf(world)).revoked).toMatchObject([{ verdict: verdict.id, cause: 'denied' }]),
  )
  const { revocation } = (await validator.get(`/gate/verdicts/${verdict.id}`)).json()
  expect(revocation).toMatchObject({
    revoked_by: 'server',
    reason: expect.stringContaining('The gate of prod denies it by now: the approval no longer covers'),
  })
  expect(review.state).toBe('open')
})

test('from the terminal: revoked, and refused by whoever verifies with a list, saved or asked for', async () => {
  const { app, validator, ask } = await given()
  vi.useFakeTimers({ toFake: ['Date'], now: app.clock.now() })
  try {
    const verdict = await ask()
    const folder = tmpdir()
    const file = (name: string) => join(folder, `${verdict.id}-${name}`)
    await writeFile(file('verdict.json'), JSON.stringify(verdict))
    await writeFile(file('key.pem'), publicKeyPem(app.keys.signing.publicKey))
    const cli = await commandsOf(app, validator.token)
    const verify = (...args: string[]) =>
      cli('verdict', 'verify', file('verdict.json'), '--key', file('key.pem'), ...args)
    expect((await verify('--online')).status).toBe(0)
    expect((await cli('verdict', 'revoke', `${governedName}@champion`, '--reason', reason)).status).toBe(2)
    const told = await cli('verdict', 'revoke', `${governedName}@1`, '--reason', reason)
    expect([told.status, told.stdout]).toEqual([0, expect.stringContaining(verdict.id)])
    await cli('verdict', 'revocations', '--save', file('list.json'))
    expect(await verify('--online')).toMatchObject({ status: 3, stderr: expect.stringContaining('is revoked') })
    expect((await verify('--revocations', file('list.json'))).status).toBe(3)
    expect((await verify('--revocations', file('verdict.json'))).status).toBe(2)
    expect((await verify()).status).toBe(0)
    vi.setSystemTime(app.clock.now().getTime() + 2 * 3_600_000)
    expect(await verify('--revocations', file('list.json'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not a current revocation list'),
    })
  } finally {
    vi.useRealTimers()
  }
})
