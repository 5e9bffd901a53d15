import { expect, test } from 'vitest'
import { workspaceDatabase } from '../../config.ts'
import { type TestApp, type TestClient, testApp } from '../../testing/app.ts'
import { watchedDb } from '../../testing/watched.ts'
import { searchModels, searchVersions } from './search.ts'
import { latestByStage } from './versions-store.ts'

const mlflow = '/api/2.0/mlflow'
const tags = (...values: string[]) => values.map((value, index) => ({ key: `k${index}`, value }))

async function withModels(client: TestClient, names: readonly string[]) {
  for (const name of names) {
    await client.post(`${mlflow}/registered-models/create`, { name, tags: tags(name, 'x', 'y') })
    for (const source of ['s3://bucket/1', 's3://bucket/2']) {
      await client.post(`${mlflow}/model-versions/create`, { name, source, tags: tags(source, 'x') })
    }
    await client.post(`${mlflow}/registered-models/alias`, { name, alias: 'best', version: '2' })
  }
}

async function statementsOf({ config }: TestApp): Promise<number> {
  const { db, queries } = watchedDb(workspaceDatabase(config, 'main'))
  const engine = config.database.kind
  const search = { filter: '', order: [], limit: 100, offset: 0, visible: undefined }
  const models = await searchModels(db, engine, search)
  await latestByStage(
    db,
    models.items.map(({ id }) => id),
  )
  const versions = await searchVersions(db, engine, search)
  expect(versions.items).toHaveLength(2 * models.items.length)
  await db.destroy()
  return queries.length
}

test('a page of models or versions takes as many statements for twelve models as for two', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  await withModels(ann, ['a', 'b'])
  const few = await statementsOf(app)
  await withModels(ann, 'cdefghijkl'.split(''))
  expect(await statementsOf(app)).toBe(few)
  const { registered_models } = (await ann.get(`${mlflow}/registered-models/search`)).json()
  expect(registered_models).toHaveLength(12)
  expect(registered_models[11]).toMatchObject({
    name: 'l',
    tags: tags('l', 'x', 'y'),
    aliases: [{ alias: 'best', version: '2' }],
    latest_versions: [{ version: '2', tags: tags('s3://bucket/2', 'x') }],
  })
})

test('forty tags are there from the start, and of a key that is given twice the last one counts', async () => {
  const app = await testApp()
  const ann = await app.as('developer')
  const many = tags(...Array.from({ length: 40 }, (_, index) => `v${index}`))
  const given = [{ key: 'k7', value: 'before' }, ...many]
  const sorted = many.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const byKey = (held: typeof many) => held.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const model = await ann.post(`${mlflow}/registered-models/create`, { name: 'm', tags: given })
  expect(byKey(model.json().registered_model.tags)).toEqual(sorted)
  const version = await ann.post(`${mlflow}/model-versions/create`, { name: 'm', source: 's3://b/1', tags: given })
  expect(byKey(version.json().model_version.tags)).toEqual(sorted)
})
