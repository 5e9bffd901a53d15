import { expect, test } from 'vitest'
import { testApp } from '../testing/app.ts'
import { prepared, preparedForOne } from './prepared.ts'

test('a prepared query is built once and answers for whatever it is given, in the order of its arguments', async () => {
  const app = await testApp()
  const administrator = await app.as('administrator')
  for (const name of ['amber', 'basalt', 'chalk']) await administrator.post('/models', { name, purpose: `of ${name}` })
  const db = app.workspaces.get('main')?.connection.db
  if (!db) throw new Error('there is no workspace main')

  let built = 0
  const purposes = prepared((db, after: string, before: string) => {
    built++
    return db
      .selectFrom('model')
      .select('purpose')
      .where('deleted_at', 'is', null)
      .where('name', '<', before)
      .where('name', '>', after)
      .orderBy('name')
  })
  expect(await purposes(db, 'a', 'b')).toEqual([{ purpose: 'of amber' }])
  expect(await purposes(db, 'b', 'z')).toEqual([{ purpose: 'of basalt' }, { purpose: 'of chalk' }])
  expect(built).toBe(1)

  const named = preparedForOne((db, names) =>
    db.selectFrom('model').select('name').where('name', 'in', names).orderBy('name'),
  )
  expect(await named(db, ['chalk'])).toEqual([{ name: 'chalk' }])
  expect(await named(db, ['amber', 'chalk'])).toEqual([{ name: 'amber' }, { name: 'chalk' }])
})
