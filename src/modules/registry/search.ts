import { sql } from 'kysely'
import type { Db, Engine } from '../../db/database.ts'
import { AppError, badRequest } from '../../lib/errors.ts'
import {
  and,
  byBytes,
  type Clause,
  compareNumber,
  compareText,
  type Fragment,
  filterSql,
  listValue,
  numberValue,
  orderBy,
  readName,
  readOrder,
  type SortColumn,
  textValue,
} from '../tracking/index.ts'
import { toModels } from './models-store.ts'
import { promptTag } from './prompts.ts'
import type { Model } from './schema.ts'
import { toLines, type VersionLine, versionRows } from './versions-store.ts'

export type Search = {
  filter: string
  order: readonly string[]
  limit: number
  offset: number
  /** Names of the models that may be found; undefined for all. */
  visible: readonly string[] | undefined
}
export type Found<T> = { items: T[]; more: boolean }

type Column = { kind: 'text' | 'number'; sql: Fragment; comparators: readonly string[] }
/** What a search is over: its columns by name, and where its tags are. */
type Subject = {
  columns: Readonly<Record<string, Column>>
  order: Readonly<Record<string, Fragment>>
  tag: (key: string, condition: (value: Fragment) => Fragment) => Fragment
}

const texts = ['=', '!=', 'LIKE', 'ILIKE']
const numbers = ['=', '!=', '>', '>=', '<', '<=']

const models: Subject = {
  columns: { name: { kind: 'text', sql: sql`m.name`, comparators: texts } },
  order: { name: sql`m.name`, timestamp: sql`m.updated_at`, last_updated_timestamp: sql`m.updated_at` },
  tag: (key, condition) =>
    sql`exists (select 1 from model_tag t where t.model_id = m.id and t.key = ${key} and ${condition(sql`t.value`)})`,
}

const versions: Subject = {
  columns: {
    name: { kind: 'text', sql: sql`m.name`, comparators: texts },
    run_id: { kind: 'text', sql: sql`coalesce(v.run_id, '')`, comparators: ['=', '!=', 'IN'] },
    source_path: { kind: 'text', sql: sql`v.source`, comparators: texts },
    version_number: { kind: 'number', sql: sql`v.version`, comparators: numbers },
  },
  order: {
    name: sql`m.name`,
    version_number: sql`v.version`,
    creation_timestamp: sql`v.registered_at`,
    last_updated_timestamp: sql`s.updated_at`,
  },
  tag: (key, condition) =>
    sql`exists (select 1 from version_tag t where t.version_id = v.id and t.key = ${key} and ${condition(sql`t.value`)})`,
}

/** MLflow's search over models, in its grammar; by name unless asked otherwise. */
export async function searchModels(db: Db, engine: Engine, search: Search): Promise<Found<Model>> {
  const where = conditions(engine, models, search.filter)
  const order = orderOf(engine, models, search.order, ['name', 'timestamp'])
  const sorted = [...order, { expression: byBytes(engine, sql`m.name`), descending: false }]
  const rows = await onlyVisible(db, search, (query) =>
    query
      .selectFrom('model as m')
      .selectAll('m')
      .where('m.deleted_at', 'is', null)
      .where(sql<boolean>`${and([...where, allowed(search)])}`)
      .orderBy(orderBy(sorted))
      .limit(search.limit + 1)
      .offset(search.offset)
      .execute(),
  )
  return { items: await toModels(db, rows.slice(0, search.limit)), more: rows.length > search.limit }
}

/** MLflow's search over versions; the one changed last comes first unless asked otherwise. */
export async function searchVersions(db: Db, engine: Engine, search: Search): Promise<Found<VersionLine>> {
  const where = conditions(engine, versions, search.filter)
  const order = orderOf(engine, versions, search.order, Object.keys(versions.order))
  const sorted: SortColumn[] = [
    ...(order.length > 0 ? order : [{ expression: sql`s.updated_at`, descending: true }]),
    { expression: byBytes(engine, sql`m.name`), descending: false },
    { expression: sql`v.version`, descending: true },
  ]
  const rows = await onlyVisible(db, search, (query) =>
    versionRows(query)
      .where(sql<boolean>`${and([...where, allowed(search)])}`)
      .orderBy(orderBy(sorted))
      .limit(search.limit + 1)
      .offset(search.offset)
      .execute(),
  )
  return { items: await toLines(db, rows.slice(0, search.limit)), more: rows.length > search.limit }
}

async function onlyVisible<T>(db: Db, { visible }: Search, read: (db: Db) => Promise<T[]>): Promise<T[]> {
  return visible?.length === 0 ? [] : read(db)
}

const allowed = ({ visible }: Search): Fragment =>
  visible === undefined ? sql`1 = 1` : sql`m.name in (${sql.join(visible)})`

/** Prompts are found only by those who ask for them: by a filter that names their tag. */
function conditions(engine: Engine, subject: Subject, filter: string): Fragment[] {
  const models = sql`m.kind = 'model'`
  if (filter.trim() === '') return [models]
  let namesPrompts = false
  const condition = unquotedClauses(() =>
    filterSql(filter, (clause) => {
      namesPrompts ||= readName(clause.left).key === promptTag
      return conditionOf(engine, subject, clause)
    }),
  )
  return namesPrompts ? [condition] : [condition, models]
}

/** MLflow's registry lists what is no comparison without quotes, its tracking server with them. */
function unquotedClauses<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AppError) || !error.message.startsWith('Invalid clause(s) in filter string: ')) throw error
    throw badRequest(error.message.replace(/'([^']*)'/g, '$1'))
  }
}

function conditionOf(engine: Engine, subject: Subject, { left, comparator, value }: Clause): Fragment {
  const { entity, key } = readName(left)
  switch (entity) {
    case 'tag':
    case 'tags':
      return tagCondition(engine, subject, key, comparator, value)
    case undefined:
    case 'attribute':
      break
    default:
      throw badRequest(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`)
  }
  const column = subject.columns[key]
  if (!column) {
    const keys = Object.keys(subject.columns).map((name) => `'${name}'`)
    throw badRequest(`Invalid attribute key '${key}' specified. Valid keys are '{${keys.join(', ')}}'`)
  }
  if (value?.kind === 'list' && key !== 'run_id') {
    throw badRequest("Only the 'run_id' attribute supports comparison with a list of quoted string values.")
  }
  if (!column.comparators.includes(comparator)) throw badRequest(`Invalid comparator for attribute: ${comparator}`)
  if (column.kind === 'number') return compareNumber(column.sql, comparator, numberValue(value, 'attribute'))
  const wanted = value?.kind === 'list' ? listValue(value) : textValue(value, 'attribute')
  return compareText(engine, column.sql, comparator, wanted)
}

function tagCondition(engine: Engine, subject: Subject, key: string, comparator: string, value: Clause['value']) {
  const any = () => sql`1 = 1`
  switch (comparator) {
    case 'IS NULL':
      return sql`not ${subject.tag(key, any)}`
    case 'IS NOT NULL':
      return subject.tag(key, any)
    case '!=':
      // Clients leave MLflow's prompts out with `!= 'true'`, so what lacks the tag differs from any value.
      return sql`not ${subject.tag(key, (held) => compareText(engine, held, '=', textValue(value, 'tag')))}`
    case '=':
    case 'LIKE':
    case 'ILIKE':
      return subject.tag(key, (held) => compareText(engine, held, comparator, textValue(value, 'tag')))
    default:
      throw badRequest(`Invalid comparator for tag: ${comparator}`)
  }
}

function orderOf(engine: Engine, subject: Subject, order: readonly string[], shown: readonly string[]): SortColumn[] {
  return order.map((text) => {
    const { name, descending } = readOrder(text)
    const expression = subject.order[name.replace(/^attributes?\./, '')]
    if (!expression) {
      const keys = shown.map((key) => `'${key}'`).join(', ')
      throw badRequest(`Invalid order by key '${name}' specified. Valid keys are '{${keys}}'`)
    }
    return { expression: name === 'name' ? byBytes(engine, expression) : expression, descending }
  })
}
