import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { verifyTrail } from '../../lib/trail-verify.ts'
import { testApp } from '../../testing/app.ts'
import { serverActor } from './schema.ts'

test('a write that records nothing is rolled back', async () => {
  const app = await testApp()
  const write = app.systemAudit.write
  await expect(
    write(serverActor, async (tx) => {
      await tx.insertInto('sign_in_failure').values({ login: 'ghost', failures: 1, last_at: '' }).execute()
    }),
  ).rejects.toThrow('recorded nothing')
  expect(await app.system.db.selectFrom('sign_in_failure').selectAll().where('login', '=', 'ghost').execute()).toEqual(
    [],
  )
})

test('writes that wait together share a commit, and one that fails is undone alone', async () => {
  const app = await testApp()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) =>
      app.systemAudit.write(serverActor, async (tx, record) => {
        await tx
          .insertInto('sign_in_failure')
          .values({ login: `w${i}`, failures: 1, last_at: '' })
          .execute()
        record('workspace.created', `workspace:w${i}`)
        if (i % 10 === 3) throw new Error('no')
      }),
    ),
  )
  expect(outcomes.filter((o) => o.status === 'rejected')).toHaveLength(10)
  expect(await app.system.db.selectFrom('sign_in_failure').selectAll().execute()).toHaveLength(90)
  const { events } = await app.systemAudit.events({ limit: 500, action: 'workspace.' })
  expect(events).toHaveLength(90)
  expect(await app.systemAudit.check()).toMatchObject({ outcome: 'intact' })
})

async function someEvents(app: Awaited<ReturnType<typeof testApp>>, n: number) {
  const workspace = app.workspaces.get('main')
  if (!workspace) throw new Error('no workspace')
  for (let i = 0; i < n; i++) {
    await workspace.audit.write(serverActor, async (_tx, record) => record('thing.changed', `thing:${i}`, { i }))
    if (i % 7 === 0) await workspace.audit.checkpoint()
  }
  return workspace
}

test('the trail is queried, proven and exported over HTTP', async () => {
  const app = await testApp()
  await someEvents(app, 20)
  const auditor = await app.as('auditor')
  const page = (await auditor.get('/audit/events?limit=5')).json()
  expect(page.events).toHaveLength(5)
  expect(page.events[0]).toMatchObject({ action: 'thing.changed', actor_name: 'the server' })
  const next = (await auditor.get(`/audit/events?limit=5&before=${page.next_before}`)).json()
  expect(next.events[0].index).toBe(page.next_before - 1)
  expect((await auditor.get('/audit/events?about=thing:3')).json().events).toMatchObject([{ detail: { i: 3 } }])

  expect((await auditor.get('/audit/check')).json()).toMatchObject({ outcome: 'intact' })
  expect((await auditor.get('/audit/proofs/inclusion?index=3')).json().hashes.length).toBeGreaterThan(3)
  expect((await auditor.get('/audit/proofs/consistency?from=8&to=20')).json().hashes.length).toBeGreaterThan(0)
  expect((await auditor.get('/audit/proofs/inclusion?index=9999')).status).toBe(400)

  const file = await auditor.get('/audit/export')
  const result = await verifyTrail([file.bytes])
  expect(result).toMatchObject({ outcome: 'intact' })
})

test('a change behind the server is found and located', async () => {
  const app = await testApp()
  const workspace = await someEvents(app, 20)
  const row = await workspace.connection.db
    .selectFrom('audit_event')
    .selectAll()
    .where('subject', '=', 'thing:12')
    .executeTakeFirstOrThrow()
  await workspace.connection.writer.commit((tx) =>
    sql`update audit_event set body = ${row.body.replace('"i":12', '"i":13')} where position = ${row.position}`.execute(
      tx,
    ),
  )
  const auditor = await app.as('auditor')
  expect((await auditor.get('/audit/check')).json()).toMatchObject({
    outcome: 'broken',
    problems: [{ index: row.position }],
  })
})

test('a developer may not read the trail', async () => {
  const app = await testApp()
  const developer = await app.as('developer')
  expect((await developer.get('/audit/events')).status).toBe(403)
  expect((await app.anonymous.get('/audit/export')).status).toBe(401)
})

test('accounts, roles and tokens have a trail of their own, with the same proofs', async () => {
  const app = await testApp()
  const auditor = await app.as('auditor')
  const page = (await auditor.get('/audit/accounts/events')).json()
  expect(page.events.map((event: { action: string }) => event.action)).toEqual(['token.created', 'person.created'])
  expect((await auditor.get('/audit/accounts/check')).json()).toMatchObject({ outcome: 'intact', size: 2 })
  expect(await verifyTrail([(await auditor.get('/audit/accounts/export')).bytes])).toMatchObject({ outcome: 'intact' })
  expect((await (await app.as('developer')).get('/audit/accounts/events')).status).toBe(403)
})
