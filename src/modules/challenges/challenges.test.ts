import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createKey, publicKeyPem } from '../../lib/keys.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenEvidence, givenGoodEvidence, givenReview, givenVersion, governedName } from '../../testing/governed.ts'
import { performanceResult } from '../../testing/snapshots.ts'
import { verifyChallenge } from './verify.ts'

const path = `/models/${governedName}`
const reason = 'Fewer women are turned away, and nothing else gets worse.'

/** Version 1 is champion, version 2 the challenger, with evidence of both. */
async function given(app: TestApp) {
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  await developer.put(`${path}/aliases/champion`, { version: 1 })
  const second = await givenVersion(developer, 'other weights')
  await givenGoodEvidence(app, second.id, { auc: 0.84, ratio: 0.95 })
  const sheet = async (who: TestClient = validator) => (await who.get(`${path}/challenge`)).json()
  const say = (who: TestClient, more: object) =>
    who.post(`${path}/challenges`, { champion: 1, challenger: 2, materiality: 'minor', reason, ...more })
  return { developer, validator, second, sheet, say }
}

async function approve(developer: TestClient, validator: TestClient, version: number) {
  const review = (await developer.post(`${path}/versions/${version}/reviews`, { environment: 'prod' })).json()
  const { scope_digest } = (await validator.get(`/reviews/${review.id}`)).json()
  await validator.post(`/reviews/${review.id}/decisions`, { outcome: 'approved', reason, scope_digest })
}

test('a comparison ends in a signed decision that moves the alias through the gate in the same write', async () => {
  const app = await testApp()
  const { developer, validator, second, sheet, say } = await given(app)
  const seen = await sheet()
  expect(seen).toMatchObject({
    alias: 'champion',
    champion: 1,
    challenger: 2,
    conflicts: [],
    guards: [{ environment: 'prod', outcome: 'denied', proceed: false, path: '1 item, for a validator' }],
  })
  expect(seen.evidence.map(({ side, kind }: { side: string; kind: string }) => `${side} ${kind}`)).toEqual([
    'champion performance',
    'challenger performance',
    'champion fairness',
    'challenger fairness',
  ])

  const blocked = await say(validator, { outcome: 'promoted', comparison: seen.comparison })
  expect(blocked.json()).toMatchObject({ outcome: 'blocked', environment: 'prod', path: '1 item, for a validator' })
  expect((await developer.get(path)).json().aliases).toEqual([{ alias: 'champion', version: 1 }])
  expect((await developer.get(`${path}/challenges`)).json().challenges).toEqual([])

  await approve(developer, validator, 2)
  const promoted = (await say(validator, { outcome: 'promoted', comparison: seen.comparison })).json()
  expect(promoted).toMatchObject({
    outcome: 'recorded',
    challenge: {
      document: {
        champion: { version: 1 },
        challenger: { version: 2, id: second.id },
        comparison: seen.comparison,
        evidence: seen.evidence,
        outcome: 'promoted',
        materiality: 'minor',
        reason,
        decided_by: validator.person.id,
        developers: [developer.person.id],
        verdict: expect.stringMatching(/^vrd_/),
      },
    },
  })
  const { challenge } = promoted
  expect((await developer.get(path)).json().aliases).toEqual([{ alias: 'champion', version: 2 }])
  const { verdict, id } = challenge.document
  expect((await developer.get(`/gate/verdicts/${verdict}`)).json()).toMatchObject({ outcome: 'allowed', version: 2 })
  const events = (await app.trail(`version:${second.id}`)).map(({ action }) => action)
  expect(events.slice(-3)).toEqual(['gate.asked', 'alias.moved', 'challenge.decided'])

  const kept = (await developer.get(`/challenges/${id}`)).json()
  expect(kept).toEqual(challenge)
  const keys = [app.keys.signing.publicKey]
  expect(verifyChallenge(JSON.stringify(kept), keys)).toMatchObject({ outcome: 'verified', document: { id } })
  expect(verifyChallenge(JSON.stringify(kept), [createKey('other').publicKey]).outcome).toBe('not_trusted')
  const touched = { ...kept, document: { ...kept.document, outcome: 'kept' } }
  expect(verifyChallenge(JSON.stringify(touched), keys).outcome).toBe('broken')
  expect(verifyChallenge('{}', keys).outcome).toBe('malformed')
})

test('nobody promotes what they made, and nobody decides about what they have not seen', async () => {
  const app = await testApp()
  const { developer, validator, second, sheet, say } = await given(app)
  const { comparison } = await sheet()
  const maker = await app.as('administrator')
  await maker.post('/api/2.0/mlflow/model-versions/set-tag', { name: governedName, version: '2', key: 'a', value: 'b' })
  const third = await givenVersion(maker, 'weights of an administrator')
  await givenGoodEvidence(app, third.id)
  const own = (await maker.get(`${path}/challenge`)).json()
  expect(own).toMatchObject({ challenger: 3, conflicts: [{ rule: 'developer' }] })
  const input = { challenger: 3, comparison: own.comparison }
  const refused = await say(maker, { ...input, outcome: 'promoted' })
  expect(refused.status).toBe(409)
  expect(refused.json()).toMatchObject({ outcome: 'refused', reasons: [{ rule: 'developer' }] })
  expect((await app.trail(`version:${third.id}`)).at(-1)).toMatchObject({ action: 'challenge.refused' })
  expect((await say(maker, { ...input, outcome: 'undecided' })).json()).toMatchObject({ outcome: 'recorded' })
  expect((await say(developer, { outcome: 'kept', comparison })).status).toBe(403)

  const keep = { outcome: 'kept', materiality: 'material', comparison }
  expect((await say(validator, { ...keep, champion: 3 })).json().detail).toContain('is version 1 by now')
  expect((await say(validator, { ...keep, champion: 2 })).status).toBe(400)
  expect((await say(validator, { ...keep, reason: 'no' })).status).toBe(400)
  expect((await say(validator, { ...keep, alias: 'nobody' })).status).toBe(404)
  expect((await validator.get(`${path}/challenge?challenger=1`)).status).toBe(409)
  expect((await validator.get(`${path}/challenge?challenger=9`)).status).toBe(404)
  app.clock.advance(1000)
  await givenEvidence(app, second.id, 'performance', performanceResult(0.5))
  expect((await say(validator, keep)).json().detail).toContain('the comparison is not what you saw')
  const again = (await validator.get(`${path}/challenge?challenger=2`)).json()
  const kept = (await say(validator, { ...keep, comparison: again.comparison })).json()
  expect(kept.challenge.document).toMatchObject({ outcome: 'kept', materiality: 'material', verdict: null })
  expect((await developer.get(path)).json().aliases).toEqual([{ alias: 'champion', version: 1 }])
  expect((await developer.get(`/challenges/chl_${'0'.repeat(24)}`)).status).toBe(404)
  expect((await (await app.as([{ role: 'auditor', model: 'another' }])).get(`${path}/challenge`)).status).toBe(403)
})

test('the command line shows, decides, lists and verifies', async () => {
  const app = await testApp()
  const { developer, validator } = await given(app)
  const command = await commandsOf(app, validator.token)
  const shown = await command('challenge', 'show', governedName)
  expect(shown.stdout).toContain(`champion of ${governedName} is version 1; version 2 challenges it.`)
  expect(shown.stdout).toContain('prod would deny it: 1 item, for a validator')
  const decide = (...more: string[]) => command('challenge', 'decide', governedName, '--reason', reason, ...more)
  expect(await decide('--promote', '--minor')).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('prod denies'),
  })
  expect((await decide('--promote', '--keep', '--minor')).status).toBe(2)
  expect((await decide('--promote')).status).toBe(2)
  await approve(developer, validator, 2)
  const file = join(app.config.dataDir, 'challenge.json')
  expect(await decide('--promote', '--minor', '--save', file)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`champion of ${governedName} is version 2 now`),
  })
  expect((await command('challenge', 'list', governedName)).stdout).toMatch(/chl_\w+ +champion +1 +2 +promoted +minor/)
  expect(JSON.parse(await readFile(file, 'utf8')).document.outcome).toBe('promoted')
  const pem = join(app.config.dataDir, 'signing.pem')
  await writeFile(pem, publicKeyPem(app.keys.signing.publicKey))
  const verified = await command('challenge', 'verify', file, '--key', pem)
  expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('Valid: version 2 was promoted') })
  vi.stubEnv('MODELKEEP_TOKEN', developer.token)
  expect((await decide('--keep', '--minor')).status).toBe(2)
})
