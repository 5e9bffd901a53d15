import { sql } from 'kysely'
import type { Db, Engine } from '../../../db/database.ts'
import { badRequest } from '../../../lib/errors.ts'
import { withContent } from '../logged-model-store.ts'
import type { LoggedModel } from '../schema.ts'
import type { LoggedModelRow } from '../tables.ts'
import {
  type Clause,
  checkComparator,
  comparators,
  listValue,
  numberValue,
  readName,
  splitName,
  textValue,
} from './clauses.ts'
import { filterSql } from './expression.ts'
import { readPageToken, writePageToken } from './page-token.ts'
import { entityOf } from './run-filter.ts'
import { after, and, byBytes, compareNumber, compareText, type Fragment, orderBy, type SortColumn } from './sql.ts'

type Dataset = { name: string; digest: string | undefined }
export type LoggedModelOrder = { field: string; ascending: boolean; dataset: Dataset | undefined }

export type LoggedModelQuery = {
  experiment_ids: readonly string[]
  filter: string
  /** Where there are some, only what was measured on one of them counts. */
  datasets: readonly Dataset[]
  order_by: readonly LoggedModelOrder[]
  max_results: number
  page_token?: string | undefined
}

const texts: Readonly<Record<string, Fragment>> = {
  name: sql.ref('m.name'),
  model_id: sql.ref('m.id'),
  model_type: sql.ref('m.model_type'),
  status: sql.ref('m.status'),
  source_run_id: sql.ref('m.source_run_id'),
  experiment_id: sql.ref('m.experiment_id'),
  artifact_uri: sql.ref('m.artifact_uri'),
}
const numbers: Readonly<Record<string, Fragment>> = {
  creation_time: sql.ref('m.created_at'),
  creation_timestamp: sql.ref('m.created_at'),
  creation_timestamp_ms: sql.ref('m.created_at'),
  last_updated_timestamp: sql.ref('m.updated_at'),
  last_updated_timestamp_ms: sql.ref('m.updated_at'),
  last_updated_time: sql.ref('m.updated_at'),
}

/** Models that are not deleted; the newest first unless asked otherwise. */
export async function searchLoggedModels(
  db: Db,
  engine: Engine,
  query: LoggedModelQuery,
): Promise<{ models: LoggedModel[]; next_page_token: string | undefined }> {
  const columns = sortColumns(engine, query.order_by)
  const place = readPageToken(query.page_token, () => columns.length)
  const filter = filterSql(query.filter, (clause) => conditionOf(engine, clause, query.datasets))
  if (query.experiment_ids.length === 0) return { models: [], next_page_token: undefined }
  const conditions = [
    sql`m.experiment_id in (${sql.join(query.experiment_ids)})`,
    sql`m.deleted_at is null`,
    filter,
    ...(place ? [after(columns, place.v)] : []),
  ]
  const selected = columns.map(({ expression }, index) => sql`${expression} as ${sql.ref(`c${index}`)}`)
  const found = await sql<{ id: string; [column: string]: string | number }>`
    select m.id, ${sql.join(selected)} from logged_model m
    where ${and(conditions)} order by ${orderBy(columns)} limit ${query.max_results + 1}
  `.execute(db)
  const page = found.rows.slice(0, query.max_results)
  const last = page.at(-1)
  const more = found.rows.length > query.max_results && last !== undefined
  return {
    models: await withContent(db, await readRows(db, page)),
    next_page_token: more ? writePageToken({ s: 0, v: columns.map((_, i) => last[`c${i}`] ?? '') }) : undefined,
  }
}

async function readRows(db: Db, page: readonly { id: string }[]): Promise<LoggedModelRow[]> {
  if (page.length === 0) return []
  const ids = page.map(({ id }) => id)
  const rows = await db.selectFrom('logged_model').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

function conditionOf(engine: Engine, { left, comparator, value }: Clause, datasets: readonly Dataset[]): Fragment {
  const name = readName(left)
  const entity = entityOf(name.entity)
  const isNull = comparator === 'IS NULL' || comparator === 'IS NOT NULL'
  switch (entity) {
    case 'metric': {
      const number = numberValue(value, 'metric')
      checkComparator(comparator, comparators.number)
      const compared = compareNumber(sql.ref('x.value'), comparator, number)
      return sql`exists (select 1 from logged_model_metric x where ${metricOf(name.key, datasets)} and ${compared})`
    }
    case 'parameter':
    case 'tag': {
      const table = sql.table(entity === 'tag' ? 'logged_model_tag' : 'logged_model_param')
      const matches = isNull
        ? sql`1 = 1`
        : compareText(engine, sql.ref('x.value'), comparator, textValue(value, `${entity} (e.g. 'my-value')`))
      checkComparator(comparator, comparators.text)
      const exists = sql`exists (select 1 from ${table} x where x.model_id = m.id and x.key = ${name.key} and ${matches})`
      return comparator === 'IS NULL' ? sql`not ${exists}` : exists
    }
    case 'attribute': {
      const number = Object.hasOwn(numbers, name.key) ? numbers[name.key] : undefined
      if (number) {
        const wanted = numberValue(value, `numeric attribute: ${name.key}`)
        checkComparator(comparator, comparators.number)
        return compareNumber(number, comparator, wanted)
      }
      const text = Object.hasOwn(texts, name.key) ? texts[name.key] : undefined
      if (!text) throw invalidAttribute(name.key)
      const wanted = value?.kind === 'list' ? listValue(value) : textValue(value, 'attributes')
      checkComparator(comparator, comparators.attribute)
      return compareText(engine, text, comparator, name.key === 'status' ? statusOf(wanted) : wanted)
    }
    case 'dataset':
      throw badRequest("Invalid identifier type 'dataset'")
  }
}

const metricOf = (key: string, datasets: readonly Dataset[]): Fragment => {
  const named = datasets.map(({ name, digest }) =>
    digest === undefined
      ? sql`x.dataset_name = ${name}`
      : sql`(x.dataset_name = ${name} and x.dataset_digest = ${digest})`,
  )
  const measured = sql`x.model_id = m.id and x.key = ${key}`
  return named.length === 0 ? measured : sql`${measured} and (${sql.join(named, sql` or `)})`
}

/** Both the names on the wire and those that Python shows. */
const statusOf = (wanted: string | readonly string[]) => {
  const full = (text: string) => (text.startsWith('LOGGED_MODEL_') ? text : `LOGGED_MODEL_${text}`)
  return typeof wanted === 'string' ? full(wanted) : wanted.map(full)
}

function sortColumns(engine: Engine, orders: readonly LoggedModelOrder[]): SortColumn[] {
  const columns = orders.flatMap((order) => columnsOf(engine, order))
  return [
    ...columns,
    { expression: sql.ref('m.created_at'), descending: true },
    { expression: byBytes(engine, sql.ref('m.id')), descending: false },
  ]
}

/** What is missing comes last in both directions. */
function columnsOf(engine: Engine, { field, ascending, dataset }: LoggedModelOrder): SortColumn[] {
  const { entity, key } = splitName(field)
  const descending = !ascending
  switch (entityOf(entity)) {
    case 'attribute': {
      const number = Object.hasOwn(numbers, key) ? numbers[key] : undefined
      if (number) return [{ expression: number, descending }]
      const text = Object.hasOwn(texts, key) ? texts[key] : undefined
      if (!text) throw invalidAttribute(key)
      return [{ expression: byBytes(engine, text), descending }]
    }
    case 'metric': {
      const latest = (what: Fragment) =>
        sql`(select ${what} from logged_model_metric x where ${metricOf(key, dataset ? [dataset] : [])}
          order by x.step desc, x.timestamp desc, x.value desc, x.run_id, x.dataset_name, x.dataset_digest limit 1)`
      return [
        { expression: sql`coalesce(${latest(sql.ref('x.is_nan'))}, 2)`, descending: false },
        { expression: sql`coalesce(${latest(sql.ref('x.value'))}, 0)`, descending },
      ]
    }
    case 'parameter':
    case 'tag': {
      const table = sql.table(entityOf(entity) === 'tag' ? 'logged_model_tag' : 'logged_model_param')
      const value = sql`(select x.value from ${table} x where x.model_id = m.id and x.key = ${key})`
      return [
        { expression: sql`case when ${value} is null then 1 else 0 end`, descending: false },
        { expression: byBytes(engine, sql`coalesce(${value}, '')`), descending },
      ]
    }
    case 'dataset':
      throw badRequest("Invalid identifier type 'dataset'")
  }
}

const invalidAttribute = (key: string) =>
  badRequest(
    `Invalid attribute key '${key}' specified. Valid keys are '{${[...Object.keys(texts), ...Object.keys(numbers)].map((name) => `'${name}'`).join(', ')}}'`,
  )
