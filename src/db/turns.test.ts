import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Connection, connect } from './connect.ts'

const onSqlite = test.skipIf(process.env.TEST_ENGINE === 'postgres')

async function twoProcesses() {
  const folder = mkdtempSync(join(tmpdir(), 'modelkeep-turns-'))
  const path = join(folder, 'shared.db')
  const both = [await connect({ kind: 'sqlite', path }), await connect({ kind: 'sqlite', path })] as const
  onTestFinished(async () => {
    for (const one of both) await one.close()
    rmSync(folder, { recursive: true })
  })
  await both[0].writer.commit((tx) => sql`create table counter (n integer not null)`.execute(tx))
  await both[0].writer.commit((tx) => sql`insert into counter values (0)`.execute(tx))
  return { path, both }
}

const count = (connection: Connection) =>
  connection.writer.commit((tx) => sql`update counter set n = n + 1`.execute(tx))

onSqlite('two writers of one file get their turns, and none of their writes is lost', async () => {
  const { both } = await twoProcesses()
  const order: number[] = []
  const lanes = both.flatMap((connection, which) =>
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 20; i++) {
        await count(connection)
        order.push(which)
      }
    }),
  )
  await Promise.all(lanes)
  const { rows } = await sql<{ n: number }>`select n from counter`.execute(both[1].db)
  expect(rows).toEqual([{ n: 320 }])
  // Neither waits until the other has nothing left to write.
  const half = order.slice(0, 160)
  expect(
    Math.min(half.filter((which) => which === 0).length, half.filter((which) => which === 1).length),
  ).toBeGreaterThan(20)
})

onSqlite('a write that waits for another process does not keep this one from its other work', async () => {
  const { path, both } = await twoProcesses()
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const waiting = count(both[0])
  let turns = 0
  for (const end = Date.now() + 200; Date.now() < end; turns++) await sleep(2)
  expect(turns).toBeGreaterThan(5)
  other.exec('commit')
  other.close()
  await waiting
  const { rows } = await sql<{ n: number }>`select n from counter`.execute(both[0].db)
  expect(rows).toEqual([{ n: 1 }])
})
