import type { Db } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { badRequest } from '../../lib/errors.ts'
import type { Audit } from '../audit/index.ts'
import type { Thing } from '../audit/schema.ts'
import { modelNames } from '../registry/index.ts'
import type { NamedObject, ObjectKind, ObjectName } from './schema.ts'
import type { ObjectRow } from './tables.ts'

/** A thing with the model that it belongs to; datasets and events belong to none. */
export type FoundObject = Pick<ObjectRow, 'thing' | 'model_id' | 'model' | 'version' | 'words'>
/** Names of models; null for the whole workspace. */
export type Scope = readonly string[] | null

type Line = { id: string; model_id: string; version: number | null; words: string }

/**
 * Looks things up, in the order they were named. What is not there and what lies outside the scope are refused alike, so that
 * nobody learns of what they may not see.
 */
export async function findObjects(
  db: Db,
  audit: Pick<Audit, 'events'>,
  names: readonly ObjectName[],
  scope: Scope,
): Promise<FoundObject[]> {
  const wanted = [...new Set(names)]
  const found = new Map<string, FoundObject>()
  for (const [kind, find] of Object.entries(finders)) {
    const ids = idsOf(wanted, kind)
    const lines = await inParts(ids, (part) => find(db, part))
    const present = await modelNames(
      db,
      lines.map(({ model_id }) => model_id),
    )
    for (const { id, ...line } of lines) {
      const thing = `${kind}:${id}`
      const model = present.get(line.model_id)
      if (model !== undefined && (scope === null || scope.includes(model))) found.set(thing, { thing, model, ...line })
    }
  }
  for (const { id, name } of await inParts(idsOf(wanted, 'dataset'), (part) => datasets(db, part))) {
    found.set(`dataset:${id}`, { thing: `dataset:${id}`, model_id: null, model: null, version: null, words: name })
  }
  const events = idsOf(wanted, 'event')
  const within = events.length === 0 || scope === null ? undefined : await thingsIn(db, scope)
  for (const id of events) {
    const words = await eventWords(audit, id, within)
    const thing = `event:${id}`
    if (words !== undefined) found.set(thing, { thing, model_id: null, model: null, version: null, words })
  }
  const missing = wanted.filter((name) => !found.has(name))
  if (missing.length > 0) {
    throw badRequest(`not in the scope of this seat, or not there: ${missing.slice(0, 10).join(', ')}`, {
      rule: 'scope',
      objects: missing,
    })
  }
  return wanted.flatMap((name) => found.get(name) ?? [])
}

export function toNamed(row: FoundObject, present: ReadonlyMap<string, string>): NamedObject {
  const [kind = '', id = ''] = row.thing.split(':')
  const model = row.model_id === null ? null : (present.get(row.model_id) ?? row.model)
  const on = [model, row.version].filter((part) => part !== null).join(' ')
  const label = row.words === '' ? on : on === '' ? row.words : `${row.words}, ${on}`
  const named = { thing: row.thing, kind: kind as ObjectKind, model, version: row.version, label }
  return { ...named, link: linkOf(named.kind, id, model ?? '', row) }
}

function linkOf(kind: ObjectKind, id: string, model: string, { version }: FoundObject): string {
  const page = `/models/${encodeURIComponent(model)}`
  switch (kind) {
    case 'model':
      return page
    case 'version':
      return `${page}/versions/${version}`
    case 'decision':
      return `${page}/versions/${version}?tab=decisions`
    case 'evidence':
      return `${page}/versions/${version}/evidence/${id}`
    case 'review':
      return `/reviews/${id}`
    case 'verdict':
      return `/gate/verdicts/${id}`
    case 'finding':
      return `/findings/${id}`
    case 'dataset':
      return `/datasets?peek=${id}`
    case 'event':
      return `/trail?event=${id}`
  }
}

const idsOf = (names: readonly string[], kind: string) =>
  names.flatMap((name) => (name.startsWith(`${kind}:`) ? [name.slice(kind.length + 1)] : []))

async function eventWords(audit: Pick<Audit, 'events'>, id: string, within: Thing[] | undefined) {
  const index = /^\d{1,12}$/.test(id) ? Number(id) : -1
  if (index < 0) return undefined
  const { events } = await audit.events({ before: index + 1, limit: 1, ...(within === undefined ? {} : { within }) })
  const body = events[0]?.body
  return body?.index === index ? `event ${index}, ${body.action}` : undefined
}

async function thingsIn(db: Db, scope: readonly string[]): Promise<Thing[]> {
  const rows = await inParts(scope, (part) =>
    db.selectFrom('model').select('id').where('name', 'in', part).where('deleted_at', 'is', null).execute(),
  )
  return rows.map(({ id }): Thing => `model:${id}`)
}

const datasets = (db: Db, ids: readonly string[]) =>
  db
    .selectFrom('dataset_version')
    .select(['id', 'name'])
    .where('id', 'in', [...ids])
    .execute()

/** What belongs to a model, by its own table alone. */
const finders: Record<Exclude<ObjectKind, 'dataset' | 'event'>, (db: Db, ids: readonly string[]) => Promise<Line[]>> = {
  async model(_db, ids) {
    return ids.map((id) => ({ id, model_id: id, version: null, words: '' }))
  },

  async version(db, ids) {
    const rows = await db
      .selectFrom('model_version')
      .select(['id', 'model_id', 'version'])
      .where('id', 'in', ids)
      .execute()
    return rows.map((row) => ({ ...row, words: '' }))
  },

  async review(db, ids) {
    const rows = await db
      .selectFrom('review')
      .select(['id', 'model_id', 'version', 'environment'])
      .where('id', 'in', ids)
      .execute()
    return rows.map(({ environment, ...row }) => ({ ...row, words: `review for ${environment}` }))
  },

  async decision(db, ids) {
    const rows = await db
      .selectFrom('decision')
      .select(['id', 'model_id', 'version', 'environment', 'outcome'])
      .where('id', 'in', ids)
      .execute()
    return rows.map(({ environment, outcome, ...row }) => ({ ...row, words: `${outcome} for ${environment}` }))
  },

  async verdict(db, ids) {
    const rows = await db
      .selectFrom('verdict')
      .select(['id', 'model_id', 'version', 'environment', 'outcome'])
      .where('id', 'in', ids)
      .execute()
    return rows.map(({ environment, outcome, ...row }) => ({
      ...row,
      words: `${outcome} by the gate of ${environment}`,
    }))
  },

  async finding(db, ids) {
    const rows = await db
      .selectFrom('finding')
      .select(['id', 'model_id', 'version', 'title'])
      .where('id', 'in', ids)
      .execute()
    return rows.map(({ title, ...row }) => ({ ...row, words: `finding “${title}”` }))
  },

  async evidence(db, ids) {
    const rows = await db
      .selectFrom('evidence')
      .innerJoin('model_version', 'model_version.id', 'evidence.version_id')
      .select(['evidence.id', 'evidence.model_id', 'model_version.version', 'evidence.kind'])
      .where('evidence.id', 'in', ids)
      .execute()
    return rows.map(({ kind, ...row }) => ({ ...row, words: `evidence of ${kind.replaceAll('_', ' ')}` }))
  },
}
