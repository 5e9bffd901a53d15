import { expect, test } from 'vitest'
import { testApp } from '../../testing/app.ts'
import { commandsOf } from '../../testing/command.ts'
import { givenEvidence, givenReview, givenVersion, governedName } from '../../testing/governed.ts'
import { fairnessResult, performanceResult } from '../../testing/snapshots.ts'
import type { PersonId } from '../audit/schema.ts'
import type { Requirement } from '../policy/schema.ts'
import { requirementDifferences } from './requirement-differences.ts'
import type { Difference } from './schema.ts'

const path = `/models/${governedName}`
const mlflow = '/api/2.0/mlflow'

test('two versions are compared beyond their figures, and what changes a requirement comes first', async () => {
  const app = await testApp()
  const { developer, validator, decide } = await givenReview(app)
  await decide(validator)
  const same = (await validator.get(`${path}/differences?a=1&b=1`)).json()
  expect(same).toMatchObject({ environment: 'prod', differences: [], outcomes: { a: 'allowed', b: 'allowed' } })
  expect(same.same).toMatchObject({ content: 3, parameters: 0, words: 0 })

  const second = await givenVersion(developer, 'other weights')
  await givenEvidence(app, second.id, 'performance', performanceResult(0.82))
  await givenEvidence(app, second.id, 'fairness', fairnessResult(0.5))
  const runOf = async (which: number) =>
    (await developer.get(`${path}/versions/${which}`)).json().manifest.run.id as string
  const [before, after] = [await runOf(1), await runOf(2)]
  const log = (run_id: string, key: string, value: string) =>
    developer.post(`${mlflow}/runs/log-parameter`, { run_id, key, value })
  await log(before, 'depth', '4')
  await log(after, 'depth', '6')
  await log(before, 'seed', '1')
  await log(after, 'seed', '1')
  await developer.post(`${mlflow}/runs/log-metric`, { run_id: after, key: 'loss', value: 0.25, timestamp: 1, step: 0 })
  await developer.patch(`${mlflow}/model-versions/update`, {
    name: governedName,
    version: '2',
    description: 'Deeper trees.',
  })
  const finding = {
    model: governedName,
    title: 'Turns women away',
    description: 'In every group.',
    severity: 'high',
    due_at: '2027-01-15T00:00:00.000Z',
  }
  const opened = await validator.post('/findings', { ...finding, version: 2, owner: developer.person.id })
  expect(opened.status).toBe(200)

  const url = `${path}/differences?a=1&b=2&environment=prod`
  const found = (await validator.get(url)).json()
  expect(found).toMatchObject({
    a: 1,
    b: 2,
    outcomes: { a: 'allowed', b: 'denied' },
    at: app.clock.now().toISOString(),
  })
  const groups = found.differences.map(({ group }: Difference) => group)
  const order = ['gate', 'content', 'parameters', 'words']
  expect(groups).toEqual([...groups].sort((one, other) => order.indexOf(one) - order.indexOf(other)))
  expect(found.differences[0]).toMatchObject({ part: 'requirement', change: 'worse', a: { state: 'met' } })
  const requirements = found.differences.filter(({ part }: Difference) => part === 'requirement')
  expect(requirements.map(({ b }: Difference) => typeof b === 'object' && b?.state)).toContain('blocked')
  const rest = found.differences.filter(({ part }: Difference) => part !== 'requirement')
  expect(rest).toMatchObject([
    { part: 'finding', title: 'Turns women away', a: null, b: expect.stringContaining('high'), said_by: 'person' },
    { part: 'file', title: 'model.onnx', said_by: 'server' },
    { part: 'run', a: before, b: after, said_by: 'client' },
    { part: 'parameter', title: 'depth', a: '4', b: '6', said_by: 'client' },
    { part: 'metric', title: 'loss', a: null, b: '0.25', said_by: 'client' },
    { part: 'description', a: null, b: 'Deeper trees.', said_by: 'person' },
  ])
  // What was logged after sealing is not what the digest of the version covers.
  expect(found.runs).toEqual({ a: { id: before, state: 'changed' }, b: { id: after, state: 'changed' } })
  expect(found.same).toMatchObject({ content: 1, parameters: 1 })

  await developer.put(`${path}/aliases/champion`, { version: 1 })
  const command = await commandsOf(app, validator.token)
  const { stdout } = await command('challenge', 'show', governedName, '--environment', 'prod')
  expect(stdout).toContain('Version 2 against 1, for prod: allowed before, denied now.')
  expect(stdout).toMatch(/met before, not met now/)
  expect(stdout).toContain('parameter depth: 4 → 6')
  const shown = await command('challenge', 'show', governedName, '--json')
  expect(JSON.parse(shown.stdout).differences.differences).toHaveLength(found.differences.length)

  // An experiment that is closed to somebody stays closed on this way, and nothing is called the same.
  await (await app.as('administrator')).post(`${mlflow}/experiments/permissions/create`, {
    experiment_id: '0',
    username: validator.person.login,
    permission: 'NO_PERMISSIONS',
  })
  const closed = (await validator.get(url)).json()
  expect(closed.runs.a).toEqual({ id: before, state: 'withheld' })
  expect(closed.same.parameters).toBe(0)
  expect(closed.differences.map(({ part }: Difference) => part)).not.toContain('parameter')
  const here = await app.as([{ role: 'validator', model: governedName }])
  expect((await here.get(url)).json().runs.b.state).toBe('withheld')

  expect((await validator.get(`${path}/differences?a=1&b=9`)).status).toBe(404)
  expect((await validator.get(`${path}/differences?a=1&b=2&environment=nowhere`)).status).toBe(404)
  expect((await validator.get(`${path}/differences?a=1&b=two`)).status).toBe(400)
  expect((await (await app.as([{ role: 'auditor', model: 'another' }])).get(url)).status).toBe(403)
})

test('a waiver that only one version has changes how a requirement stands', () => {
  const waiver = { id: 'wvr', reason: 'r', control: 'c', given_by: 'per_1' as PersonId, until: '2027-01-15T00:00:00Z' }
  const of = (state: Requirement['state'], more: Partial<Requirement> = {}): Requirement => ({
    ...{ id: 'fair', policy: { name: 'people', version: 1 }, type: 'check', title: 'Fair', state, explanation: '0.7' },
    ...{ figure: null, evidence_id: null, who: 'developer', link: '/' },
    ...more,
  })
  const change = (a: Requirement[], b: Requirement[]) =>
    requirementDifferences(a, b).differing.map((each) => each.change)
  expect(change([of('blocked', { waiver })], [of('blocked')])).toEqual(['worse'])
  expect(change([of('blocked')], [of('blocked', { waiver })])).toEqual(['better'])
  expect(change([of('blocked', { waiver })], [of('met')])).toEqual(['other'])
  expect(change([], [of('unknown')])).toEqual(['worse'])
  expect(change([of('blocked')], [of('blocked', { explanation: 'other words' })])).toEqual([])
  const order = [of('met', { id: 'a' }), of('blocked', { id: 'b' }), of('met', { id: 'c' })]
  const turned = [of('attention', { id: 'a' }), of('met', { id: 'b' }), of('blocked', { id: 'c' })]
  expect(change(order, turned)).toEqual(['worse', 'better', 'other'])
})
