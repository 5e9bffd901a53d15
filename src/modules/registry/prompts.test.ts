import { expect, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { type TestClient, testApp } from '../../testing/app.ts'

const mlflow = '/api/2.0/mlflow'
const isPrompt = { key: 'mlflow.prompt.is_prompt', value: 'true' }
const text = (value: string) => ({ key: 'mlflow.prompt.text', value })

/** What `register_prompt` sends for a name it does not know. */
async function registerPrompt(client: TestClient, name: string, template: string) {
  await client.post(`${mlflow}/registered-models/create`, { name, tags: [isPrompt] })
  return registerVersion(client, name, template)
}

const registerVersion = (client: TestClient, name: string, template: string) =>
  client.post(`${mlflow}/model-versions/create`, {
    name,
    source: 'prompt-template',
    description: 'first words',
    tags: [isPrompt, text(template), { key: 'author', value: 'ada' }],
  })

test('a prompt is registered as MLflow’s clients do, and its text is sealed by its digest', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  const made = await registerPrompt(client, 'greeting', 'Hello {{name}}')
  expect(made.json()).toMatchObject({
    model_version: { name: 'greeting', version: '1', status: 'READY', source: 'prompt-template' },
  })

  const version = (await client.get('/models/greeting/versions/1')).json()
  expect(version.manifest.files).toEqual([
    { path: 'prompt.txt', size: 14, sha256: sha256('Hello {{name}}'), media_type: 'text/plain' },
  ])

  const change = { name: 'greeting', version: '1' }
  const other = await client.post(`${mlflow}/model-versions/set-tag`, { ...change, ...text('Bye') })
  expect(other.status).toBe(403)
  expect(other.json().message).toContain('sealed')
  expect((await client.post(`${mlflow}/model-versions/set-tag`, { ...change, ...text('Hello {{name}}') })).status).toBe(
    200,
  )
  const gone = await client.request('DELETE', `${mlflow}/model-versions/delete-tag`, {
    ...change,
    key: 'mlflow.prompt.text',
  })
  expect(gone.status).toBe(403)
  const words = { ...change, key: 'author', value: 'ben' }
  expect((await client.post(`${mlflow}/model-versions/set-tag`, words)).status).toBe(200)
  expect((await registerVersion(client, 'greeting', 'Hi {{name}}')).json().model_version.version).toBe('2')
})

test('ordinary searches and the inventory leave prompts out, and those who ask for prompts find only them', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  await registerPrompt(client, 'greeting', 'Hello')
  await client.post(`${mlflow}/registered-models/create`, { name: 'wages' })
  const run = (await client.post(`${mlflow}/runs/create`, { experiment_id: '0', start_time: 1 })).json().run.info
  await client.post(`${mlflow}/model-versions/create`, { name: 'wages', source: run.artifact_uri, run_id: run.run_id })

  const found = async (path: string, filter: string) => {
    const reply = await client.get(`${mlflow}/${path}/search?filter=${encodeURIComponent(filter)}`)
    const { registered_models, model_versions } = reply.json()
    return (registered_models ?? model_versions ?? []).map(({ name }: { name: string }) => name)
  }
  for (const path of ['registered-models', 'model-versions']) {
    expect(await found(path, '')).toEqual(['wages'])
    expect(await found(path, "name != 'x'")).toEqual(['wages'])
    expect(await found(path, "tags.`mlflow.prompt.is_prompt` != 'true'")).toEqual(['wages'])
    expect(await found(path, "tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['greeting'])
    expect(await found(path, "tags.`mlflow.prompt.is_prompt` = 'true' AND name LIKE 'greet%'")).toEqual(['greeting'])
  }
  const names = async (query: string) =>
    (await client.get(`/models${query}`)).json().rows.map((row: { model: { name: string } }) => row.model.name)
  expect(await names('')).toEqual(['wages'])
  expect(await names('?kind=prompt')).toEqual(['greeting'])
})

test('a name is a model’s or a prompt’s, and stays what it is', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  await registerPrompt(client, 'greeting', 'Hello')
  await client.post(`${mlflow}/registered-models/create`, { name: 'wages' })

  const again = await client.post(`${mlflow}/registered-models/create`, { name: 'greeting' })
  expect(again.status).toBe(400)
  expect(again.json()).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' })
  expect(again.json().message).toContain('already taken by a prompt')

  const cases: [string, object][] = [
    ['model-versions/create', { name: 'wages', source: 'prompt-template', tags: [isPrompt, text('x')] }],
    ['model-versions/create', { name: 'greeting', source: 'models:/m-00000000000000000000000000000000' }],
    ['model-versions/create', { name: 'greeting', source: 'prompt-template', tags: [isPrompt] }],
    ['registered-models/set-tag', { name: 'wages', ...isPrompt }],
    ['registered-models/set-tag', { name: 'greeting', key: isPrompt.key, value: 'false' }],
  ]
  for (const [path, body] of cases) {
    const refused = await client.post(`${mlflow}/${path}`, body)
    expect([path, refused.status, refused.json().error_code]).toEqual([path, 400, 'INVALID_PARAMETER_VALUE'])
  }
  const untagged = await client.request('DELETE', `${mlflow}/registered-models/delete-tag`, {
    name: 'greeting',
    key: isPrompt.key,
  })
  expect(untagged.status).toBe(400)
})

test('a prompt’s aliases move freely, also those that an environment protects for models, and every move is an event', async () => {
  const app = await testApp()
  const client = await app.as('developer')
  await registerPrompt(client, 'greeting', 'Hello')
  await registerVersion(client, 'greeting', 'Hi')
  const admin = await app.as('administrator')
  await admin.put('/environments/prod', { mode: 'enforce', protected_aliases: ['production'] })

  for (const version of ['1', '2']) {
    const moved = await client.post(`${mlflow}/registered-models/alias`, {
      name: 'greeting',
      alias: 'production',
      version,
    })
    expect(moved.status).toBe(200)
  }
  const read = await client.get(`${mlflow}/registered-models/alias?name=greeting&alias=production`)
  expect(read.json().model_version.tags).toContainEqual(text('Hi'))
  const alias = { name: 'greeting', alias: 'production' }
  expect((await client.request('DELETE', `${mlflow}/registered-models/alias`, alias)).status).toBe(200)
  const actions = (await app.trail()).map(({ action }) => action).filter((action) => action.startsWith('alias.'))
  expect(actions).toEqual(['alias.moved', 'alias.moved', 'alias.deleted'])
  expect((await client.request('DELETE', `${mlflow}/registered-models/delete`, { name: 'greeting' })).status).toBe(200)
})
