import { Readable } from 'node:stream'
import { expect } from 'vitest'
import type { Actor } from '../modules/access/schema.ts'
import { type ArtifactPath, toArtifactPath } from '../modules/artifacts/index.ts'
import { Evaluation, Evidence } from '../modules/evaluation/schema.ts'
import type { TestApp } from './app.ts'

const patience = { timeout: 60_000, interval: 50 }

/** A model with a version made by a run, whose files are given by path below the run's artifacts. */
export async function givenExamined(app: TestApp, { files }: { files: Record<string, string | Uint8Array> }) {
  const developer = await app.as('developer')
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  const { id, login, name, grants } = developer.person
  const actor: Actor = { id, kind: 'person', via: 'token', login, name, grants, scopes: null }
  const model = 'examined'
  await developer.post('/models', { name: model })
  const mlflow = '/api/2.0/mlflow'
  const created = await developer.request('POST', `${mlflow}/runs/create`, { experiment_id: '0' })
  const run = created.json().run.info as { run_id: string; artifact_uri: string }
  const root = run.artifact_uri.replace(/^mlflow-artifacts:\/*/, '')
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    await workspace.artifacts.upload(actor, toArtifactPath(`${root}/${path}`) as ArtifactPath, Readable.from([bytes]))
  }
  const version = await workspace.registry.versions.register(actor, {
    model,
    source: `${run.artifact_uri}/model`,
    run_id: run.run_id,
    description: '',
    run_link: '',
    tags: [],
  })

  async function dataset(csv: string, named = 'table'): Promise<string> {
    const reply = await developer.request('POST', `/datasets/${named}/versions?format=csv`, Buffer.from(csv), {
      'content-type': 'text/csv',
    })
    expect(reply.status, JSON.stringify(reply.json())).toBe(200)
    return reply.json().digest
  }

  const protocol = async (body: object) => {
    const reply = await developer.put(`/models/${model}/protocol`, body)
    expect(reply.status, JSON.stringify(reply.json())).toBe(200)
    return reply.json()
  }

  /** Evaluates and gives the evidence by kind; an evaluation that fails is its sentence. */
  async function evaluate(input: object): Promise<string | Record<string, Evidence>> {
    const asked = await developer.post('/evaluations', { model, version: 1, ...input })
    if (asked.status !== 202) return asked.json().detail
    const get = async () => Evaluation.parse((await developer.get(`/evaluations/${asked.json().id}`)).json())
    await expect.poll(async () => (await get()).finished_at, patience).not.toBeNull()
    const ended = await get()
    if (ended.state !== 'done') return ended.error ?? ended.state
    const found: Record<string, Evidence> = {}
    for (const each of ended.evidence) {
      const one = Evidence.parse((await developer.get(`/evidence/${each}`)).json())
      found[one.kind] = one
    }
    return found
  }

  const reproduce = async (one: Evidence | undefined) => (await developer.post(`/evidence/${one?.id}/reproduce`)).json()

  return { developer, model, version, dataset, protocol, evaluate, reproduce }
}
