import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { sha256 } from '../../lib/digest.ts'
import { type TestClient, testApp } from '../../testing/app.ts'

const table = 'age,city,paid,since,rate\n31,Bonn,true,2020-01-01,1.5\n40,,false,2021-01-01,2\n31,Ulm,true,2022-01-01,\n'

const upload = (client: TestClient, body: string | Buffer, name = 'wages', format = 'csv') =>
  client.request('POST', `/datasets/${name}/versions?format=${format}`, body, { 'content-type': 'text/csv' })

test('a CSV table is profiled, and its bytes come back', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const reply = await upload(developer, table)
  const digest = sha256(table)
  expect(reply.json()).toMatchObject({
    name: 'wages',
    digest,
    format: 'csv',
    rows: 3,
    size: table.length,
    created_by: developer.person.id,
    columns: [
      { name: 'age', type: 'integer', missing: 0, distinct: 2 },
      { name: 'city', type: 'text', missing: 1, distinct: 2 },
      { name: 'paid', type: 'boolean', missing: 0, distinct: 2 },
      { name: 'since', type: 'time', missing: 0, distinct: 3 },
      { name: 'rate', type: 'number', missing: 1, distinct: 2 },
    ],
  })
  const { id } = reply.json()
  expect(await app.trail(`dataset:${id}`)).toMatchObject([
    { action: 'dataset.registered', detail: { digest, rows: 3 } },
  ])

  const auditor = await app.as('auditor')
  expect((await auditor.get(`/datasets/versions/${digest}/content`)).text).toBe(table)
  expect((await auditor.get(`/datasets/versions/${digest}`)).json()).toMatchObject({ id, used_by: [] })
  expect((await auditor.get(`/datasets/versions/${sha256('nothing')}`)).status).toBe(404)
  expect((await upload(auditor, table)).status).toBe(403)
})

test('the same bytes under the same name are the same version', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const first = (await upload(developer, table)).json()
  const again = (await upload(developer, table)).json()
  expect(again.id).toBe(first.id)
  const renamed = (await upload(developer, table, 'salaries')).json()
  expect(renamed).toMatchObject({ name: 'salaries', digest: first.digest })
  expect(renamed.id).not.toBe(first.id)
  expect((await developer.get('/datasets')).json().datasets).toHaveLength(2)

  const twins = await Promise.all(Array.from({ length: 4 }, () => upload(developer, 'a\n1\n', 'twins')))
  expect(new Set(twins.map((reply) => reply.json().id)).size).toBe(1)
})

test('a Parquet table is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-test-'))
  const path = join(folder, 'table.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`copy (select range as n, 'x' || range as t from range(10)) to '${path}' (format parquet)`)
  connection.closeSync()
  const bytes = await readFile(path)
  await rm(folder, { recursive: true })

  const app = await testApp()
  const developer = await app.as('developer')
  expect((await upload(developer, bytes, 'numbers', 'parquet')).json()).toMatchObject({
    rows: 10,
    columns: [
      { name: 'n', type: 'integer', distinct: 10 },
      { name: 't', type: 'text' },
    ],
  })
})

test('a JSON table is read, as records or as columns and data', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const records = [
    { n: 1, share: 0.5, paid: true, city: 'Bonn' },
    { n: 2, share: null, paid: false, city: 'Ulm' },
  ]
  const split = { columns: ['n', 'share', 'paid', 'city'], data: records.map((row) => Object.values(row)) }
  for (const body of [records, split]) {
    const reply = (await upload(developer, JSON.stringify(body), 'logged', 'json')).json()
    expect(reply).toMatchObject({ format: 'json', rows: 2 })
    const types = Object.fromEntries(reply.columns.map(({ name, type }: Record<string, string>) => [name, type]))
    expect(types).toEqual({ n: 'integer', share: 'number', paid: 'boolean', city: 'text' })
  }
})

test('the first rows of a table are shown as they stand in the file', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const { digest } = (await upload(developer, 'id,paid,note\n007,yes,\n008,no,"a, b"\n009,no,x\n')).json()
  expect((await developer.get(`/datasets/versions/${digest}/preview?rows=2`)).json()).toEqual({
    columns: ['id', 'paid', 'note'],
    rows: [
      ['007', 'yes', null],
      ['008', 'no', 'a, b'],
    ],
    more_columns: 0,
  })
  expect((await developer.get(`/datasets/versions/${digest}/preview?rows=1000`)).status).toBe(400)
  expect((await developer.get(`/datasets/versions/${sha256('nothing')}/preview`)).status).toBe(404)
  expect((await app.anonymous.get(`/datasets/versions/${digest}/preview`)).status).toBe(401)
})

test('what is no table is refused with the reason, and not kept', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  const refused: [what: string, body: string | Buffer, format: string, reason: string][] = [
    ['nothing', '', 'csv', 'empty'],
    ['a header alone', 'a,b\n', 'csv', 'no rows'],
    ['lines of different lengths', 'a,b\n1,2\n3\n4,5,6\n', 'csv', 'not a CSV table'],
    ['an open quote', 'a,b\n1,"x\n', 'csv', 'not a CSV table'],
    ['bytes', Buffer.from([0, 1, 255, 254, 10, 13]), 'csv', 'not a CSV table'],
    ['text in another encoding', Buffer.from('a\nM\xfcller\n', 'latin1'), 'csv', 'not a CSV table'],
    ['two columns of one name', 'a,A\n1,2\n', 'csv', 'two columns'],
    ['CSV as Parquet', table, 'parquet', 'not a Parquet table'],
    ['a Parquet beginning', 'PAR1PAR1', 'parquet', 'not a Parquet table'],
    ['CSV as JSON', table, 'json', 'not a JSON table'],
    ['no records', '[]', 'json', 'it holds no records'],
    [
      'ten thousand columns',
      `${Array.from({ length: 10_000 }, (_, i) => `c${i}`)}\n${Array(10_000).fill(1)}\n`,
      'csv',
      'has 10000 columns, at most 2000',
    ],
  ]
  for (const [what, body, format, reason] of refused) {
    const reply = await upload(developer, body, 'bad', format)
    expect(reply.json(), what).toMatchObject({ status: 400, detail: expect.stringContaining(reason) })
    expect(reply.text, what).not.toContain('blobs')
  }
  expect((await developer.get('/datasets')).json()).toEqual({ datasets: [] })
})

test('names and formats are checked before the bytes are read', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  expect((await upload(developer, table, '..%2Fx')).status).toBe(400)
  expect((await upload(developer, table, 'wages', 'xlsx')).status).toBe(400)
})
