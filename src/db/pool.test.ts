import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { testApp } from '../testing/app.ts'

test('an open workspace takes up to nine connections to PostgreSQL, however much is asked at once', async () => {
  const app = await testApp()
  const { database } = app.config
  if (database.kind !== 'postgres') throw new Error('this runs on PostgreSQL')
  const reader = await app.as('administrator')
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      i % 3 ? reader.get('/models') : reader.post('/models', { name: `model-${i}` }),
    ),
  )
  const client = new pg.Client({ connectionString: inject('databaseUrl') })
  await client.connect()
  const name = new URL(database.url).pathname.slice(1)
  const open = await client.query('select count(*) as n from pg_stat_activity where datname = $1', [name])
  await client.end()
  // The workspace, and the accounts beside it.
  expect(Number(open.rows[0].n)).toBeGreaterThan(9)
  expect(Number(open.rows[0].n)).toBeLessThanOrEqual(18)
})
