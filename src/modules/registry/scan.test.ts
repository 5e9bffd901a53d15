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
