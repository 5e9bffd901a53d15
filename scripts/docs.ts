import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RouteOptions } from 'fastify'
import { createApp } from '../src/app.ts'
import { createProgram } from '../src/cli/program.ts'
import { readConfig } from '../src/config.ts'
import { apiPage, type OpenApi } from './reference/api.ts'
import { cliPage } from './reference/cli.ts'
import { mlflowPage } from './reference/mlflow.ts'
import { permissionsPage } from './reference/permissions.ts'
import { namedTypes } from './reference/types.ts'

export const referenceFolder = fileURLToPath(new URL('../docs/reference/', import.meta.url))

/** The pages that are made from the code, by file name. */
export async function referencePages(): Promise<Record<string, string>> {
  const { document, routes } = await served()
  return {
    'api.md': apiPage(document, await namedTypes()),
    'cli.md': cliPage(await createProgram()),
    'mlflow.md': mlflowPage(routes),
    'permissions.md': permissionsPage(),
  }
}

/** The document and the routes of a server on an empty data folder. */
async function served(): Promise<{ document: OpenApi; routes: readonly RouteOptions[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'modelkeep-docs-'))
  const app = await createApp(readConfig({ MODELKEEP_DATA_DIR: folder, MODELKEEP_LOG: 'off' }))
  try {
    await app.http.ready()
    return {
      document: JSON.parse((await app.http.inject('/openapi.json')).body) as OpenApi,
      routes: await app.routes(),
    }
  } finally {
    await app.close()
    await rm(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  await mkdir(referenceFolder, { recursive: true })
  for (const [name, text] of Object.entries(await referencePages())) {
    await writeFile(join(referenceFolder, name), text)
    process.stdout.write(`docs/reference/${name}\n`)
  }
}
