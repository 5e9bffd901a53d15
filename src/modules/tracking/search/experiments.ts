import { sql } from 'kysely'
import type { Db, Engine } from '../../../db/database.ts'
import { badRequest } from '../../../lib/errors.ts'
import { withTags } from '../experiment-store.ts'
import type { Experiment } from '../schema.ts'
import type { ExperimentTableRow } from '../tables.ts'
import { type Clause, checkComparator, comparators, numberValue, readName, splitName, textValue } from './clauses.ts'
import { filterSql } from './expression.ts'
import { readOrder } from './order.ts'
import { readPageToken, writePageToken } from './page-token.ts'
import { after, and, byBytes, compareNumber, compareText, type Fragment, orderBy, type SortColumn } from './sql.ts'
import { type View, viewCondition } from './view.ts'

export type ExperimentQuery = {
  view: View
  filter: string
  order_by: readonly string[]
  max_results: number
  page_token?: string | undefined
  /** Experiments that are left out. */
  hidden?: readonly string[]
}

export async function searchExperiments(
  db: Db,
  engine: Engine,
  query: ExperimentQuery,
): Promise<{ experiments: Experiment[]; next_page_token: string | undefined }> {
  const columns = sortColumns(engine, query.order_by)
  const place = readPageToken(query.page_token, () => columns.length)
  const conditions = [
    viewCondition(sql.ref('e.lifecycle_stage'), query.view),
    filterSql(query.filter, (clause) => conditionOf(engine, clause)),
    ...(place ? [after(columns, place.v)] : []),
    ...(query.hidden?.length ? [sql`e.id not in (${sql.join(query.hidden)})`] : []),
  ]
  const found = await sql<ExperimentTableRow>`
    select e.* from experiment e where ${and(conditions)} order by ${orderBy(columns)} limit ${query.max_results + 1}
  `.execute(db)
  const rows = found.rows.slice(0, query.max_results)
  const last = rows.at(-1)
  const more = found.rows.length > query.max_results && last !== undefined
  const names = sortNames(query.order_by)
  return {
    experiments: await withTags(db, rows),
    next_page_token: more ? writePageToken({ s: 0, v: names.map(({ column }) => last[column]) }) : undefined,
  }
}

type Column = 'name' | 'position' | 'creation_time' | 'last_update_time'
const orderKeys: Readonly<Record<string, Column>> = {
  name: 'name',
  experiment_id: 'position',
  creation_time: 'creation_time',
  last_update_time: 'last_update_time',
}

function sortNames(order: readonly string[]): { column: Column; descending: boolean }[] {
  const named = order.map((text) => {
    const { name, descending } = readOrder(text)
    const { entity, key } = splitName(name)
    if (entity !== undefined && entity !== 'attribute') throw badRequest(`Invalid order_by entity: ${entity}`)
    const column = Object.hasOwn(orderKeys, key) ? orderKeys[key] : undefined
    if (!column) throw invalidAttribute(key, Object.keys(orderKeys))
    return { column, descending }
  })
  const byDefault = [
    { column: 'creation_time' as const, descending: true },
    { column: 'position' as const, descending: true },
  ]
  return named.length === 0 ? byDefault : [...named, { column: 'position', descending: true }]
}

function sortColumns(engine: Engine, order: readonly string[]): SortColumn[] {
  return sortNames(order).map(({ column, descending }) => {
    const expression = sql.ref(`e.${column}`)
    return { expression: column === 'name' ? byBytes(engine, expression) : expression, descending }
  })
}

function conditionOf(engine: Engine, clause: Clause): Fragment {
  const { entity, key } = readName(clause.left)
  switch (entity) {
    case undefined:
    case 'attribute':
      return attributeCondition(engine, clause, key)
    case 'tag':
    case 'tags':
      return tagCondition(engine, clause, key)
    default:
      throw badRequest(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`)
  }
}

function attributeCondition(engine: Engine, { comparator, value }: Clause, key: string): Fragment {
  if (key === 'name') {
    const text = textValue(value, 'attributes')
    checkComparator(comparator, ['=', '!=', 'LIKE', 'ILIKE'])
    return compareText(engine, sql.ref('e.name'), comparator, text)
  }
  if (key !== 'creation_time' && key !== 'last_update_time') {
    throw invalidAttribute(key, ['name', 'creation_time', 'last_update_time'])
  }
  const number = numberValue(value, `numeric attribute: ${key}`)
  checkComparator(comparator, comparators.number)
  return compareNumber(sql.ref(`e.${key}`), comparator, number)
}

function tagCondition(engine: Engine, { comparator, value }: Clause, key: string): Fragment {
  const isNull = comparator === 'IS NULL'
  const matches =
    isNull || comparator === 'IS NOT NULL'
      ? sql`1 = 1`
      : compareText(engine, sql`t.value`, comparator, textValue(value, "tag (e.g. 'my-value')"))
  checkComparator(comparator, comparators.text)
  const found = sql`exists (select 1 from experiment_tag t where t.experiment_id = e.id and t.key = ${key} and ${matches})`
  return isNull ? sql`not ${found}` : found
}

const invalidAttribute = (key: string, known: readonly string[]) =>
  badRequest(
    `Invalid attribute key '${key}' specified. Valid keys are '{${known.map((name) => `'${name}'`).join(', ')}}'`,
  )
