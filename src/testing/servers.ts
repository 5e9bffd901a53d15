import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { inject } from 'vitest'
import { openPostgres, postgresDialect } from '../db/postgres.ts'

const root = new URL('../..', import.meta.url).pathname

export type Servers = { urls: string[]; login: string; password: string; stop: () => Promise<void> }

/** Processes of their own over one data folder and one database of the engine under test, started at the same moment. */
export async function startServers(count: number): Promise<Servers> {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelkeep-servers-'))
  const prefix = `t${randomBytes(6).toString('hex')}`
  const url = process.env.TEST_ENGINE === 'postgres' ? inject('databaseUrl') : undefined
  const database = url === undefined ? {} : { DATABASE_URL: url, MODELKEEP_SCHEMA_PREFIX: prefix }
  const ports = await freePorts(count)
  const servers = ports.map((port) => startServer(dataDir, port, database))
  async function stop() {
    for (const { child } of servers) child.kill('SIGTERM')
    await Promise.all(servers.map(({ closed }) => closed))
    if (url !== undefined) await dropSchemas(url, [`${prefix}_system`, `${prefix}_ws_main`])
    await rm(dataDir, { recursive: true, force: true })
  }
  await Promise.all(servers.map(({ ready }) => ready))
  const told = servers.map(({ output }) => output()).join('')
  const administrators = [...told.matchAll(/sign in as (\S+) with the password (\S+)/g)]
  const [, login, password] = administrators[0] ?? []
  if (administrators.length !== 1 || !login || !password) {
    throw new Error(`${administrators.length} first administrators: ${told}`)
  }
  return { urls: ports.map((port) => `http://127.0.0.1:${port}`), login, password, stop }
}

function startServer(dataDir: string, port: number, env: Record<string, string>) {
  const child = spawn(process.execPath, ['bin/modelkeep.js', 'serve', '--data-dir', dataDir, '--port', String(port)], {
    cwd: root,
    env: { ...process.env, MODELKEEP_LOG: 'off', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const closed = once(child, 'close')
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('Ready')) resolve()
      })
    }
    child.once('close', () => reject(new Error(`a server ended: ${text}`)))
  })
  return { child, ready, closed, output: () => text }
}

/** All at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    if (typeof address !== 'object' || !address) throw new Error('no port')
    return address.port
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function dropSchemas(url: string, schemas: readonly string[]) {
  const db = new Kysely({ dialect: postgresDialect(openPostgres(url, 'public', 1)) })
  for (const schema of schemas) await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
  await db.destroy()
}
