import { existsSync, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ImportSource } from '../../../modules/imports/index.ts'
import { databaseSource } from './database.ts'
import { folderSource } from './folder.ts'
import { isStore } from './folder-places.ts'
import { createLocalFiles } from './local-files.ts'
import { serverSource } from './server.ts'
import { type Credentials, createSourceClient } from './server-client.ts'
import { openPostgresSource, openSqliteSource } from './sql.ts'

export { SourceError } from './server-client.ts'

export type SourceOptions = {
  /** The folder that holds what `mlflow-artifacts:` and local locations mean. */
  artifacts?: string | undefined
  credentials?: Credentials
}

/** A source, or a sentence that says why it is none. */
export type OpenedSource = { source: ImportSource } | { reason: string }

/** What the text names: a server by its address, a database by its address or file, or an `mlruns` folder. */
export async function openMlflowSource(text: string, options: SourceOptions = {}): Promise<OpenedSource> {
  if (options.artifacts !== undefined && !isFolder(options.artifacts)) {
    return { reason: `${options.artifacts} is not a folder` }
  }
  const artifacts = options.artifacts === undefined ? [] : [options.artifacts]
  if (/^https?:\/\//i.test(text)) return openServer(text, options.credentials ?? {})
  if (/^postgres(ql)?(\+\w+)?:\/\//i.test(text)) return openPostgres(text, artifacts)
  const path = pathOf(text)
  if (path === undefined) return { reason: 'it is neither an address of a server or database, nor a folder or file' }
  if (!existsSync(path)) return { reason: `there is no ${path}` }
  return isFolder(path) ? openFolder(path, artifacts) : openSqlite(path, artifacts)
}

function openServer(text: string, credentials: Credentials): OpenedSource {
  if (!URL.canParse(text)) return { reason: 'it is not an address' }
  const url = new URL(text)
  if (url.username || url.password) {
    return {
      reason:
        'an address with a password ends up in histories: use MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD',
    }
  }
  const label = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  return { source: serverSource(createSourceClient(url, credentials), { label, key: label }) }
}

async function openPostgres(text: string, artifacts: readonly string[]): Promise<OpenedSource> {
  const address = text.replace(/^postgres(ql)?(\+\w+)?:/i, 'postgresql:')
  if (!URL.canParse(address)) return { reason: 'it is not an address' }
  const url = new URL(address)
  const label = `postgresql://${url.host}${url.pathname}`
  const files = await createLocalFiles(artifacts)
  try {
    return await opened(databaseSource(await openPostgresSource(address), { label, key: label, files }))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { reason: `${label} cannot be opened${code}` }
  }
}

async function openSqlite(path: string, artifacts: readonly string[]): Promise<OpenedSource> {
  const real = await realpath(path)
  const files = await createLocalFiles(artifacts)
  try {
    return await opened(databaseSource(openSqliteSource(real), { label: real, key: `sqlite:${real}`, files }))
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) return { reason: `${path} is not an SQLite database` }
    throw error
  }
}

async function openFolder(path: string, artifacts: readonly string[]): Promise<OpenedSource> {
  const real = await realpath(path)
  if (!(await isStore(real))) return { reason: `${path} holds no experiments of MLflow` }
  const files = await createLocalFiles([...artifacts, real])
  return { source: folderSource(real, { label: real, key: `folder:${real}`, files }) }
}

async function opened(source: Promise<ImportSource | { reason: string }>): Promise<OpenedSource> {
  const found = await source
  return 'reason' in found ? found : { source: found }
}

/** `sqlite:///relative`, `sqlite:////absolute`, `file:///…` or a path. */
function pathOf(text: string): string | undefined {
  const [, sqlite] = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/i.exec(text) ?? []
  if (sqlite !== undefined) return resolve(sqlite)
  if (/^file:\/\//i.test(text))
    return URL.canParse(text) ? resolve(decodeURIComponent(new URL(text).pathname)) : undefined
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ? undefined : resolve(text)
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory()
