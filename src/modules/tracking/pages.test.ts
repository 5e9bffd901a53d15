import { expect, test } from 'vitest'
import { type TestClient, testApp } from '../../testing/app.ts'

const api = '/api/2.0/mlflow'

async function newRun(client: TestClient, experiment_id: string, run_name: string): Promise<string> {
  return (await client.post(`${api}/runs/create`, { experiment_id, run_name })).json().run.info.run_id
}
const names = async (client: TestClient, path: string) =>
  (await client.get(path)).json().runs.map(({ name }: { name: string }) => name)

test('an experiment is made, renamed, deleted with a reason and restored from its page', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const made = (await ann.post('/experiments', { name: ' churn ' })).json()
  expect(made).toMatchObject({ name: 'churn', runs: 0 })
  expect((await ann.post('/experiments', { name: 'churn' })).status).toBe(409)
  expect((await ann.patch(`/experiments/${made.id}`, { name: 'churn 2' })).json().name).toBe('churn 2')
  const note = { key: 'mlflow.note.content', value: '# Why' }
  expect((await ann.put(`/experiments/${made.id}/tags`, note)).status).toBe(204)

  const gone = await ann.post(`/experiments/${made.id}/deletion`, { reason: 'a first try' })
  expect(gone.json()).toMatchObject({ lifecycle_stage: 'deleted', tags: [note] })
  const ids = async (view: string) =>
    (await ann.get(`/experiments?view=${view}`)).json().experiments.map(({ id }: { id: string }) => id)
  expect(await ids('active')).toEqual(['0'])
  expect(await ids('deleted')).toEqual([made.id])
  expect((await ann.post(`/experiments/${made.id}/restoration`)).json().lifecycle_stage).toBe('active')
  expect(await ids('all')).toEqual([made.id, '0'])
  const trail = await app.trail(`experiment:${made.id}`)
  expect(trail.map(({ action, detail }) => [action, detail.reason])).toEqual([
    ['experiment.created', undefined],
    ['experiment.renamed', undefined],
    ['experiment.tag_set', undefined],
    ['experiment.deleted', 'a first try'],
    ['experiment.restored', undefined],
  ])
})

test('runs are renamed, described, tagged, deleted with a reason and restored', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const [first, second] = [await newRun(ann, '0', 'first'), await newRun(ann, '0', 'second')]
  expect((await ann.patch(`/runs/${first}`, { name: 'best' })).json().name).toBe('best')
  await ann.put(`/runs/${first}/tags`, { key: 'mlflow.note.content', value: 'what was tried' })
  await ann.put(`/runs/${first}/tags`, { key: 'team', value: 'credit' })
  expect((await ann.delete(`/runs/${first}/tags?key=team`)).status).toBe(204)
  expect((await ann.delete(`/runs/${first}/tags?key=team`)).status).toBe(404)
  const { tags } = (await ann.get(`/runs/${first}`)).json()
  expect(tags).toContainEqual({ key: 'mlflow.note.content', value: 'what was tried' })
  expect(tags.map(({ key }: { key: string }) => key)).not.toContain('team')

  const gone = await ann.post('/runs/deletion', { run_ids: [first, second], reason: 'wrong data' })
  expect(gone.json()).toEqual({ runs: 2 })
  expect(await names(ann, '/experiments/0/runs')).toEqual([])
  expect((await names(ann, '/experiments/0/runs?view=deleted')).toSorted()).toEqual(['best', 'second'])
  expect((await ann.post('/runs/restoration', { run_ids: [second] })).json()).toEqual({ runs: 1 })
  expect(await names(ann, '/experiments/0/runs')).toEqual(['second'])
  expect((await app.trail(`run:${second}`)).map(({ action, detail }) => [action, detail.reason])).toEqual([
    ['run.created', undefined],
    ['run.deleted', 'wrong data'],
    ['run.restored', undefined],
  ])
})

test('who may only read changes nothing, and an experiment of others is only deleted by who manages it', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const reader = await app.as('auditor')
  const run = await newRun(ann, '0', 'r')
  const tag = { key: 'k', value: 'v' }
  for (const reply of [
    await reader.post('/experiments', { name: 'x' }),
    await reader.patch('/experiments/0', { name: 'x' }),
    await reader.put('/experiments/0/tags', tag),
    await reader.post('/experiments/0/deletion', {}),
    await reader.post('/experiments/0/restoration'),
    await reader.patch(`/runs/${run}`, { name: 'x' }),
    await reader.put(`/runs/${run}/tags`, tag),
    await reader.delete(`/runs/${run}/tags?key=k`),
    await reader.post('/runs/deletion', { run_ids: [run] }),
    await reader.post('/runs/restoration', { run_ids: [run] }),
  ]) {
    expect(reply.status).toBe(403)
  }
  const contributor = await app.as('contributor')
  expect((await contributor.post('/runs/deletion', { run_ids: [run] })).status).toBe(403)
  expect((await contributor.post('/experiments/0/deletion', {})).status).toBe(403)
})

test('the logged models of an experiment and the files of a run are there to look at', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const run = await newRun(ann, '0', 'r')
  await ann.post(`${api}/logged-models`, { experiment_id: '0', name: 'net', source_run_id: run, model_type: 'agent' })
  const models = async (filter: string) =>
    (await ann.get(`/experiments/0/logged-models?filter=${encodeURIComponent(filter)}`)).json()
  expect(await models('')).toMatchObject({ models: [{ name: 'net', source_run_id: run }], next_page_token: null })
  expect((await models("name = 'other'")).models).toEqual([])
  expect((await models('nonsense ~ 1')).status).toBe(400)

  const upload = `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/notes/a.md`
  await ann.request('PUT', upload, Buffer.from('# Hello'), { 'content-type': 'application/octet-stream' })
  const file = await ann.get(`/runs/${run}/files?path=notes/a.md`)
  expect(file.text).toBe('# Hello')
  expect(file.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-type': 'text/markdown' })
  const part = await ann.request('GET', `/api/v1/runs/${run}/files?path=notes/a.md`, undefined, { range: 'bytes=0-1' })
  expect([part.status, part.text]).toEqual([206, '# '])
  expect((await ann.get(`/runs/${run}/files?path=notes/b.md`)).status).toBe(404)
  expect((await ann.get(`/runs/${run}/files?path=../x`)).status).toBe(400)
})
