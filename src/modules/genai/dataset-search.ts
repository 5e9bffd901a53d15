import { sql } from 'kysely'
import type { Db, Engine } from '../../db/database.ts'
import { badRequest } from '../../lib/errors.ts'
import {
  after,
  and,
  byBytes,
  type Clause,
  checkComparator,
  comparators,
  compareNumber,
  compareText,
  type Fragment,
  filterSql,
  listValue,
  numberValue,
  orderBy,
  readName,
  readOrder,
  readPageToken,
  type SortColumn,
  splitName,
  textValue,
  writePageToken,
} from '../tracking/index.ts'
import { toDatasets } from './dataset-store.ts'
import type { EvaluationDatasetRow } from './tables.ts'

export type DatasetQuery = {
  experiment_ids: readonly string[]
  filter: string
  order_by: readonly string[]
  max_results: number
  page_token?: string | undefined
  /** Experiments whose datasets are not shown, unless they are in another one, too. */
  hidden: readonly string[]
}

const texts = new Set(['name', 'created_by', 'last_updated_by', 'dataset_id', 'digest'])
const numbers = new Set(['created_time', 'last_update_time'])

/** The newest first, unless an order is asked for. */
export async function searchDatasets(db: Db, engine: Engine, query: DatasetQuery) {
  const columns: SortColumn[] = [
    ...(query.order_by.length === 0
      ? [{ expression: sql.ref('d.created_time'), descending: true }]
      : query.order_by.map((text) => sorted(engine, text))),
    { expression: byBytes(engine, sql.ref('d.id')), descending: false },
  ]
  const place = readPageToken(query.page_token, () => columns.length)
  const conditions = [
    filterSql(query.filter, (clause) => conditionOf(engine, clause)),
    ...(query.experiment_ids.length > 0 ? [isIn(query.experiment_ids)] : []),
    ...(query.hidden.length > 0 ? [sql`(not ${isIn(query.hidden)} or ${isElsewhere(query.hidden)})`] : []),
    ...(place ? [after(columns, place.v)] : []),
  ]
  const values = columns.map(({ expression }, index) => sql`${expression} as ${sql.ref(`c${index}`)}`)
  const found = await sql<EvaluationDatasetRow & Record<`c${number}`, string | number>>`
    select d.*, ${sql.join(values)} from evaluation_dataset d where ${and(conditions)}
    order by ${orderBy(columns)} limit ${query.max_results + 1}
  `.execute(db)
  const page = found.rows.slice(0, query.max_results)
  const last = page.at(-1)
  const rows = page.map((row) => ({
    id: row.id,
    name: row.name,
    digest: row.digest,
    shape: row.shape,
    records: row.records,
    created_time: row.created_time,
    last_update_time: row.last_update_time,
    created_by: row.created_by,
    last_updated_by: row.last_updated_by,
  }))
  return {
    datasets: await toDatasets(db, rows),
    next_page_token:
      found.rows.length > page.length && last
        ? writePageToken({ s: 0, v: columns.map((_, index) => last[`c${index}`] ?? '') })
        : undefined,
  }
}

const isIn = (ids: readonly string[]) =>
  sql`exists (select 1 from evaluation_dataset_experiment e where e.dataset_id = d.id and e.experiment_id in (${sql.join(ids)}))`
const isElsewhere = (ids: readonly string[]) =>
  sql`exists (select 1 from evaluation_dataset_experiment e where e.dataset_id = d.id and e.experiment_id not in (${sql.join(ids)}))`

function conditionOf(engine: Engine, clause: Clause): Fragment {
  const { entity, key } = readName(clause.left)
  if (entity === 'tag' || entity === 'tags') return tagged(engine, clause, key)
  if (entity !== undefined && entity !== 'attribute' && entity !== 'attributes') {
    throw badRequest(`Invalid entity type '${entity}'. Valid values are ['attribute', 'tag']`)
  }
  if (numbers.has(key)) {
    checkComparator(clause.comparator, comparators.number)
    return compareNumber(sql.ref(`d.${key}`), clause.comparator, numberValue(clause.value, `numeric attribute: ${key}`))
  }
  if (texts.has(key)) return compared(engine, sql.ref(key === 'dataset_id' ? 'd.id' : `d.${key}`), clause)
  throw unknownKey(key)
}

function compared(engine: Engine, column: Fragment, { comparator, value }: Clause): Fragment {
  checkComparator(comparator, comparators.attribute)
  const wanted =
    (comparator === 'IN' || comparator === 'NOT IN') && value ? listValue(value) : textValue(value, 'attributes')
  return compareText(engine, column, comparator, wanted)
}

function tagged(engine: Engine, clause: Clause, key: string): Fragment {
  const found = (matches: Fragment) =>
    sql`exists (select 1 from evaluation_dataset_tag k where k.dataset_id = d.id and k.key = ${key} and ${matches})`
  if (clause.comparator === 'IS NULL') return sql`not ${found(sql`1 = 1`)}`
  if (clause.comparator === 'IS NOT NULL') return found(sql`1 = 1`)
  return found(compared(engine, sql`k.value`, clause))
}

function sorted(engine: Engine, text: string): SortColumn {
  const { name, descending } = readOrder(text)
  const { key } = splitName(name)
  if (numbers.has(key)) return { expression: sql.ref(`d.${key}`), descending }
  if (key === 'name') return { expression: byBytes(engine, sql.ref('d.name')), descending }
  throw unknownKey(key)
}

const unknownKey = (key: string) =>
  badRequest(
    `Invalid attribute key '${key}' specified. Valid keys are '{${[...texts, ...numbers].map((name) => `'${name}'`).join(', ')}}'`,
  )
