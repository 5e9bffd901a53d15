import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { testClock } from './clock.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A data folder with migrated databases, keys and what a first start writes, for tests to copy; `''` where there is none. */
    template: string
  }
}

/** Starts a server once on an empty folder, so that tests begin with a copy instead of migrating anew. */
export async function makeTemplate(database: Config['database']): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-template-'))
  const app = await createApp(
    {
      dataDir,
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'http://modelkeep.test',
      database,
      log: false,
      trustProxy: false,
    },
    { clock: testClock() },
  )
  await app.close()
  return dataDir
}

/** For the projects on SQLite. */
export async function setup(project: TestProject) {
  const template = await makeTemplate({ kind: 'sqlite' })
  project.provide('template', template)
  return () => rm(template, { recursive: true, force: true })
}
