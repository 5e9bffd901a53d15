import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import pg from 'pg'
import { openSqlite } from '../src/db/sqlite.ts'
import type { Bench } from './engine.ts'

type Row = readonly [string, string, number, number, number, number]

/** The bare engine over one connection, in the way that is fastest for it: prepared statements, and whole columns on PostgreSQL. */
export type Raw = {
  insertBatch(rows: readonly Row[]): Promise<void>
  insertOne(row: Row): Promise<void>
  query(text: string, parameters: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

const insert = 'insert into metric values (?, ?, ?, ?, ?, ?)'
const table = `create table if not exists metric (run_id text, key text, step double precision, timestamp double precision,
  value double precision, is_nan integer, primary key (run_id, key, step, timestamp, value, is_nan))`

export async function openRaw({ database, dir }: Bench): Promise<Raw> {
  return database.kind === 'sqlite' ? rawSqlite(join(dir, 'raw.db')) : rawPostgres(database.url)
}

/** The database of the workspace, for queries written by hand. */
export async function openWorkspaceRaw({ database, dir }: Bench): Promise<Raw> {
  if (database.kind === 'postgres') return rawPostgres(database.url, `${database.prefix}_ws_main`)
  const file = join(dir, 'data', 'workspaces', 'main', 'workspace.db')
  return overSqlite(new DatabaseSync(file, { readOnly: true }))
}

function rawSqlite(path: string): Raw {
  const database = openSqlite(path)
  database.exec(`${table} without rowid`)
  return overSqlite(database)
}

function overSqlite(database: DatabaseSync): Raw {
  const prepared = new Map<string, StatementSync>()
  const statementOf = (text: string) => {
    const statement = prepared.get(text) ?? database.prepare(text)
    prepared.set(text, statement)
    return statement
  }
  return {
    async insertBatch(rows) {
      database.exec('begin immediate')
      for (const row of rows) statementOf(insert).run(...row)
      database.exec('commit')
    },
    async insertOne(row) {
      statementOf(insert).run(...row)
    },
    async query(text, parameters) {
      return statementOf(text).all(...(parameters as string[]))
    },
    async close() {
      database.close()
    },
  }
}

async function rawPostgres(connectionString: string, schema?: string): Promise<Raw> {
  const client = new pg.Client({ connectionString, ...(schema ? { options: `-c search_path=${schema}` } : {}) })
  await client.connect()
  if (!schema) await client.query(table)
  const names = new Map<string, string>()
  return {
    async insertBatch(rows) {
      const column = (index: number) => rows.map((row) => row[index])
      await client.query({
        name: 'batch',
        text: 'insert into metric select * from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::int[])',
        values: [0, 1, 2, 3, 4, 5].map(column),
      })
    },
    async insertOne(row) {
      await client.query({ name: 'one', text: 'insert into metric values ($1, $2, $3, $4, $5, $6)', values: [...row] })
    },
    async query(text, parameters) {
      let count = 0
      const name = names.get(text) ?? `query ${names.size}`
      names.set(text, name)
      const { rows } = await client.query({
        name,
        text: text.replaceAll('?', () => `$${++count}`),
        values: [...parameters],
      })
      return rows
    },
    close: () => client.end(),
  }
}
