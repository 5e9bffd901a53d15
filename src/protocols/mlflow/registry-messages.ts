import { AppError, badRequest } from '../../lib/errors.ts'
import type { VersionLine } from '../../modules/registry/index.ts'
import type { Model, Tag } from '../../modules/registry/schema.ts'
import { doesNotExist } from './errors.ts'
import type { Fields } from './fields.ts'

const millis = (moment: string) => Date.parse(moment)

/** MLflow leaves out an empty description of a model, but not of a version. */
export const modelMessage = (model: Model, latest: readonly VersionLine[]) => ({
  name: model.name,
  creation_timestamp: millis(model.created_at),
  last_updated_timestamp: millis(model.updated_at),
  description: model.description || undefined,
  latest_versions: latest.map((line) => versionMessage(line, { withAliases: false })),
  tags: model.tags,
  aliases: model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
})

/** Lists come without aliases, a single version with them. */
export const versionMessage = (line: VersionLine, { withAliases = true } = {}) => ({
  name: line.model,
  version: String(line.version),
  creation_timestamp: millis(line.registered_at),
  last_updated_timestamp: millis(line.updated_at),
  current_stage: line.stage,
  description: line.description,
  source: line.source,
  run_id: line.run_id ?? '',
  status: 'READY',
  tags: line.tags,
  run_link: line.run_link,
  aliases: withAliases ? line.aliases : undefined,
})

export const tagsIn = (fields: Fields): Tag[] =>
  fields.list('tags', (tag) => ({ key: tag.text('key') ?? '', value: tag.text('value') ?? '' }))

export const versionIn = (fields: Fields): number => versionOf(fields.requiredText('version'))

export function versionOf(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw badRequest(`Parameter 'version' must be an integer, got '${text}'.`)
  return Number(text)
}

/** The registry's own words for what is missing, in MLflow's. */
export function inMlflowWords(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'not_found') return error
  const { what, id } = error.detail as { what?: string; id?: string }
  if (id === undefined) return error
  if (what === 'model') return doesNotExist(`Registered Model with name=${id} not found`)
  if (what !== 'model version') return error
  const at = id.lastIndexOf('/')
  return doesNotExist(`Model Version (name=${id.slice(0, at)}, version=${id.slice(at + 1)}) not found`)
}

/** Pages of the registry are counted, as MLflow's are. */
export function readOffset(token: string | undefined): number {
  if (!token) return 0
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { offset?: unknown }
    if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  } catch {
    // Answered below, like a token that says something else.
  }
  throw badRequest('Invalid page token, could not base64-decode')
}

export const writeOffset = (offset: number) => Buffer.from(JSON.stringify({ offset })).toString('base64')
