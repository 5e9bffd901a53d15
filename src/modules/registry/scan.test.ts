import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const mlflow = '/api/2.0/mlflow'
const policy = `
format: modelkeep-policy-1
name: files
title: Files that were looked at
scope: { tiers: [low], environments: [prod] }
checks:
  - id: nothing-unsafe
    title: No file runs code of its own when it is loaded
    cel: version.facts.scan.unsafe == 0.0
  - id: nothing-unknown
    title: Every import is known, or waived here by its name
    cel: version.facts.scan.findings.all(f, f.severity != "unknown" || f.what in ["acme.models.Scorer"])
`

async function register(client: TestClient, files: Record<string, string>): Promise<number> {
  const { run } = (await client.post(`${mlflow}/runs/create`, { experiment_id: '0' })).json()
  const root = run.info.artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/')
  for (const [path, text] of Object.entries(files)) {
    await client.request('PUT', `${root}/model/${path}`, Buffer.from(text), {
      'content-type': 'application/octet-stream',
    })
  }
  const source = `${run.info.artifact_uri}/model`
  const made = await client.post(`${mlflow}/model-versions/create`, { name: 'scorer', source, run_id: run.info.run_id })
  return Number(made.json().model_version.version)
}

test('a version says what its files would do, and a policy stops the unsafe and the unknown unless it names them', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  await administrator.post('/models', { name: 'scorer', tier: 'low' })
  expect((await administrator.post('/policies', { text: policy })).status).toBe(200)
  const published = await administrator.post('/policies/files/versions/1/publish')
  expect(published.status).toBe(200)

  const files = { MLmodel: 'flavors: {}', 'model.pkl': '' }
  const versions = {
    hostile: await register(administrator, { ...files, 'model.pkl': "cos\nsystem\n(S'id'\ntR." }),
    unknown: await register(administrator, { ...files, 'model.pkl': 'cacme.other\nThing\n)R.' }),
    waived: await register(administrator, { ...files, 'model.pkl': 'cacme.models\nScorer\n)R.' }),
    clean: await register(administrator, { ...files, 'model.pkl': 'ccollections\nOrderedDict\n)R.' }),
  }
  const { facts } = (await administrator.get(`/models/scorer/versions/${versions.hostile}`)).json()
  expect(facts.scan).toEqual({
    scanner: 'modelkeep-scan-1',
    verdict: 'unsafe',
    looked_at: 2,
    unsafe: 1,
    unknown: 0,
    findings: [
      {
        path: 'model.pkl',
        severity: 'unsafe',
        rule: 'pickle-global',
        what: 'os.system',
        message: 'It calls os.system when it is loaded.',
      },
    ],
  })

  const unmet = async (version: number) => {
    const asked = { model: 'scorer', version: String(version), environment: 'prod' }
    const { requirements } = (await administrator.post('/gate/checks', asked)).json()
    return requirements
      .filter(
        ({ policy, state }: { policy: { name: string }; state: string }) => policy.name === 'files' && state !== 'met',
      )
      .map(({ id }: { id: string }) => id)
  }
  expect(await unmet(versions.hostile)).toEqual(['nothing-unsafe'])
  expect(await unmet(versions.unknown)).toEqual(['nothing-unknown'])
  expect(await unmet(versions.waived)).toEqual([])
  expect(await unmet(versions.clean)).toEqual([])
})

const demanding = `
format: modelkeep-policy-1
name: files
title: Files that were looked at
scope: { tiers: [low], environments: [prod] }
checks:
  - id: nothing-unwaived
    title: What nobody can vouch for in the files is waived
    cel: version.unwaived == 0
`

test('an unknown finding counts until somebody who did not make the version waives it, and only for as long as they said', async () => {
  const app = await testApp()
  const [administrator, developer, validator] = [
    await app.as('administrator'),
    await app.as([
      { role: 'developer', model: null },
      { role: 'validator', model: null },
    ]),
    await app.as('validator'),
  ]
  await administrator.post('/models', { name: 'scorer', tier: 'low' })
  expect((await administrator.post('/policies', { text: demanding })).status).toBe(200)
  expect((await administrator.post('/policies/files/versions/1/publish')).status).toBe(200)
  const files = { MLmodel: 'flavors: {}', 'model.pkl': 'cacme.other\nThing\n)R.' }
  const version = await register(developer, files)
  const hostile = await register(developer, { ...files, 'model.pkl': "cos\nsystem\n(S'id'\ntR." })
  const waivers = `/models/scorer/versions/${version}/waivers`
  const ask = async () => {
    const asked = { model: 'scorer', version: String(version), environment: 'prod' }
    const verdict = (await administrator.post('/gate/checks', asked)).json()
    const waived = verdict.requirements.find(({ policy }: { policy: { name: string } }) => policy.name === 'files')
    return { state: waived.state, expires: verdict.expires_at }
  }
  expect((await ask()).state).toBe('blocked')

  const until = new Date(app.clock.now().getTime() + 7_200_000).toISOString()
  const finding = { path: 'model.pkl', rule: 'pickle-global', what: 'acme.other.Thing' }
  const input = { kind: 'scan', ...finding, reason: 'Read in commit 4f2a; it holds numbers only.', until }
  expect((await (await app.as('developer')).post(waivers, input)).status).toBe(403)
  const refused = await developer.post(waivers, input)
  expect([refused.status, refused.json().reasons[0].rule]).toEqual([409, 'developer'])
  for (const wrong of [
    { ...input, what: 'acme.other.Else' },
    { ...input, until: app.clock.now().toISOString() },
    { ...input, until: '2099-01-01T00:00:00.000Z' },
  ]) {
    expect((await validator.post(waivers, wrong)).status).toBe(400)
  }
  const unsafe = { ...input, what: 'os.system' }
  const never = await validator.post(`/models/scorer/versions/${hostile}/waivers`, unsafe)
  expect([never.status, never.json().detail]).toEqual([
    400,
    'what is known to be unsafe cannot be waived; register a version without it',
  ])

  const given = (await validator.post(waivers, input)).json().waiver
  expect(given).toMatchObject({ ...input, state: 'active', given_by: validator.person.id })
  expect((await validator.post(waivers, input)).status).toBe(409)
  // A verdict that rests on a waiver ends with it.
  expect(await ask()).toEqual({ state: 'met', expires: until })
  expect((await validator.post(`/waivers/${given.id}/withdraw`)).json().state).toBe('withdrawn')
  expect((await validator.post(`/waivers/${given.id}/withdraw`)).status).toBe(409)
  expect((await ask()).state).toBe('blocked')

  expect((await validator.post(waivers, input)).status).toBe(200)
  expect((await ask()).state).toBe('met')
  app.clock.advance(7_200_000)
  expect((await ask()).state).toBe('blocked')
  const states = (await developer.get(waivers)).json().waivers.map(({ state }: { state: string }) => state)
  expect(states.toSorted()).toEqual(['ended', 'withdrawn'])
  const trail = (await app.trail()).map(({ action }) => action).filter((action) => action.startsWith('waiver.'))
  expect(trail).toEqual(['waiver.refused', 'waiver.given', 'waiver.refused', 'waiver.withdrawn', 'waiver.given'])
})
