import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenEvidence, givenReview, governedName } from '../../testing/governed.ts'
import { fairnessResult } from '../../testing/snapshots.ts'
import { verifyVerdict } from '../gate/index.ts'

const day = 86_400_000
const rule =
  '\nwaivers: [{ id: groups, title: Effects may be too far apart, requirements: [selection-rate-by-sex], max_days: 30 }]\n'

/** A version that lacks one check, under a policy that lets an approver waive it for 30 days. */
async function given() {
  const app = await testApp()
  const admin = await app.as('administrator')
  const starter = (await admin.get('/policies/high-risk-people-decisions/versions/1')).json().text
  await admin.post('/policies', { text: starter + rule })
  await admin.post('/policies/high-risk-people-decisions/versions/2/publish')
  const review = await givenReview(app)
  app.clock.advance(1000)
  await givenEvidence(app, review.version.id, 'fairness', fairnessResult(0.75))
  const { scope_digest } = (await review.validator.get(`/reviews/${review.review.id}`)).json()
  await review.decide(review.validator, 'approved', scope_digest)
  const approver = await app.as('approver')
  const in_days = (days: number) => new Date(app.clock.now().getTime() + days * day).toISOString()
  const input = (changes: object = {}) => ({
    kind: 'requirement',
    environment: 'prod',
    policy: 'high-risk-people-decisions',
    requirement: 'selection-rate-by-sex',
    reason: 'Retraining is under way and due next week.',
    control: 'Every rejection is looked at by a second person.',
    until: in_days(7),
    ...changes,
  })
  const ask = async () =>
    (await review.developer.post('/gate/checks', { model: governedName, version: 1, environment: 'prod' })).json()
  return { app, ...review, approver, in_days, input, ask, waivers: `${review.base}/waivers` }
}

test('an independent approver waives a requirement: the verdict says so, ends with the waiver, and the alias moves', async () => {
  const { app, developer, validator, approver, in_days, input, ask, waivers, base } = await given()
  const before = await ask()
  expect(before).toMatchObject({ outcome: 'denied', path: expect.stringContaining('1 item, for the developer') })
  expect(before.requirements.find(({ id }: { id: string }) => id === 'selection-rate-by-sex')).toMatchObject({
    waivable: { roles: ['approver'], max_days: 30 },
  })

  for (const [wrong, says] of [
    [{ requirement: 'independent-approval' }, 'lets nobody waive independent-approval'],
    [{ requirement: 'fairness' }, 'lets nobody waive fairness'],
    [{ requirement: 'speed' }, 'has no requirement speed'],
    [{ policy: 'low-tier' }, 'does not apply'],
    [{ until: in_days(32) }, 'at most 30 days'],
    [{ until: in_days(0) }, 'in the future'],
    [{ control: '' }, 'control'],
  ] as const) {
    const reply = await approver.post(waivers, input(wrong))
    expect([reply.status, JSON.stringify(reply.json())]).toEqual([400, expect.stringContaining(says)])
  }
  expect((await approver.post(waivers, input({ environment: 'mars' }))).status).toBe(404)
  const byValidator = await validator.post(waivers, input())
  expect([byValidator.status, byValidator.json().reasons[0].rule]).toEqual([409, 'role'])
  expect((await developer.post(waivers, input())).status).toBe(403)

  const given_ = await approver.post(waivers, input())
  const { waiver } = given_.json()
  expect([given_.status, waiver]).toMatchObject([
    200,
    { state: 'active', policy_version: 2, given_by: approver.person.id },
  ])
  expect((await approver.post(waivers, input())).json().reasons[0].rule).toBe('waived')

  const verdict = await ask()
  expect(verdict).toMatchObject({
    outcome: 'waived',
    proceed: true,
    path: expect.stringContaining('nothing left to do until'),
  })
  const signed = verifyVerdict(JSON.stringify(verdict.envelope), [app.keys.signing.publicKey], app.clock.now())
  expect(signed).toMatchObject({
    outcome: 'verified',
    verdict: {
      outcome: 'waived',
      waivers: [
        { id: waiver.id, requirement: 'selection-rate-by-sex', given_by: approver.person.id, until: waiver.until },
      ],
    },
  })
  const { outcome, sentence } = (await developer.get(`${base}/standing`)).json()
  expect([outcome, sentence]).toEqual(['waived', expect.stringContaining('Allowed in prod under a waiver: one of 11')])
  const alias = await developer.put(`/models/${governedName}/aliases/champion`, { version: 1 })
  expect(alias.json()).toMatchObject({ outcome: 'moved', verdict: { outcome: 'waived' } })

  app.clock.advance(6.5 * day)
  expect(await ask()).toMatchObject({ outcome: 'waived', expires_at: waiver.until })
  app.clock.advance(0.5 * day)
  expect(await ask()).toMatchObject({ outcome: 'denied' })
  expect((await developer.get(waivers)).json().waivers).toMatchObject([{ id: waiver.id, state: 'ended' }])
  const trail = (await app.trail()).filter(({ action }) => action.startsWith('waiver.'))
  expect(trail.map(({ action }) => action)).toEqual(['waiver.refused', 'waiver.given', 'waiver.refused'])
})

test('a developer who may approve does not waive, and another wording of the rule is not waived', async () => {
  const { app, developer, approver, input, ask, waivers } = await given()
  const admin = await app.as('administrator')
  const granted = await admin.post(`/people/${developer.person.id}/grants`, { role: 'approver', model: null })
  expect(granted.status).toBe(200)
  app.clock.advance(2000)
  const refused = await developer.post(waivers, input())
  expect([refused.status, refused.json().reasons[0].rule]).toEqual([409, expect.stringMatching(/developer|requester/)])
  expect((await approver.post(waivers, input())).json().outcome).toBe('recorded')
  expect((await ask()).outcome).toBe('waived')

  const text = (await admin.get('/policies/high-risk-people-decisions/versions/2')).json().text
  await admin.post('/policies', { text: text.replace('limit: 0.80', 'limit: 0.85') })
  await admin.post('/policies/high-risk-people-decisions/versions/3/publish')
  const { requirements } = await ask()
  const sex = requirements.find(({ id }: { id: string }) => id === 'selection-rate-by-sex')
  expect([sex.waiver, sex.waivable]).toEqual([undefined, { roles: ['approver'], max_days: 30 }])
  const again = await approver.post(waivers, input())
  expect(again.json()).toMatchObject({ outcome: 'recorded', waiver: { policy_version: 3 } })
})

test('waivers from the terminal: given, listed, told by the gate with status 4, withdrawn', async () => {
  const { app, approver, developer } = await given()
  const cli = await commandsOf(app, approver.token)
  const until = new Date(app.clock.now().getTime() + 7 * day).toISOString().slice(0, 10)
  const args = ['--reason', 'Retraining is under way.', '--control', 'A second person looks at it.', '--until', until]
  const what = ['--requirement', 'selection-rate-by-sex', '--env', 'prod']
  expect((await cli('waiver', 'give', `${governedName}@1`, ...args)).stderr).toContain('give --requirement, --env')
  const told = await cli('waiver', 'give', `${governedName}@1`, ...what, ...args)
  expect(told).toMatchObject({ status: 0, stdout: expect.stringContaining('selection-rate-by-sex of high-risk') })
  expect((await cli('waiver', 'give', `${governedName}@1`, ...what, ...args)).status).toBe(3)

  const save = join(tmpdir(), `modelkeep-${approver.person.id}.json`)
  const check = await cli('gate', 'check', `${governedName}@1`, '--env', 'prod', '--save', save)
  expect([check.status, check.stdout]).toEqual([4, expect.stringContaining('Allowed under a waiver')])
  expect(check.stdout).toContain('A second person looks at it.')
  expect(check.stdout).toContain('10 of 11 requirements met, 1 waived.')

  const list = await cli('waiver', 'list', `${governedName}@1`)
  const [id = ''] = /wvr_\w+/.exec(list.stdout) ?? []
  expect(list.stdout).toMatch(/wvr_\w+ +active +selection-rate-by-sex/)
  expect((await cli('waiver', 'withdraw', id)).stdout).toContain('is withdrawn')
  expect((await cli('waiver', 'withdraw', id)).status).toBe(2)
  expect((await cli('gate', 'check', `${governedName}@1`, '--env', 'prod')).status).toBe(3)
  expect((await developer.post(`/waivers/${id}/withdraw`)).status).toBe(403)
  expect((await approver.post('/waivers/wvr_000000000000000000000000/withdraw')).status).toBe(404)
})
