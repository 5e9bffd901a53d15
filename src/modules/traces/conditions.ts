import { sql } from 'kysely'
import type { Engine } from '../../db/database.ts'
import { badRequest } from '../../lib/errors.ts'
import {
  type Clause,
  checkComparator,
  comparators,
  compareNumber,
  compareText,
  type Fragment,
  listValue,
  numberValue,
  readName,
  textValue,
} from '../tracking/index.ts'

/** Names of both of MLflow's trace APIs. */
export const numberColumns: ReadonlyMap<string, 'request_time' | 'execution_duration' | 'end_time'> = new Map([
  ['timestamp', 'request_time'],
  ['timestamp_ms', 'request_time'],
  ['request_time', 'request_time'],
  ['execution_time', 'execution_duration'],
  ['execution_time_ms', 'execution_duration'],
  ['execution_duration', 'execution_duration'],
  ['end_time', 'end_time'],
  ['end_time_ms', 'end_time'],
])

export const textColumns: ReadonlyMap<string, 'id' | 'state' | 'client_request_id'> = new Map([
  ['request_id', 'id'],
  ['trace_id', 'id'],
  ['status', 'state'],
  ['state', 'state'],
  ['client_request_id', 'client_request_id'],
])

/** Attributes that stand among the tags or the metadata. */
const aliases: ReadonlyMap<string, { table: string; key: string }> = new Map([
  ['name', { table: 'trace_tag', key: 'mlflow.traceName' }],
  ['run_id', { table: 'trace_metadata', key: 'mlflow.sourceRun' }],
  ['session_id', { table: 'trace_metadata', key: 'mlflow.trace.session' }],
  ['user_id', { table: 'trace_metadata', key: 'mlflow.trace.user' }],
])

const spanColumns = new Map([
  ['name', 'name'],
  ['type', 'type'],
  ['status', 'status'],
  ['content', 'content'],
])

/** One comparison as a condition on `trace t`. */
export function conditionOf(engine: Engine, clause: Clause): Fragment {
  const { entity, key } = readName(clause.left)
  switch (entity) {
    case undefined:
    case 'attribute':
    case 'attributes':
    case 'trace':
      return attribute(engine, clause, key)
    case 'tag':
    case 'tags':
      return keyed(engine, clause, { table: 'trace_tag', key })
    case 'metadata':
    case 'request_metadata':
      return keyed(engine, clause, { table: 'trace_metadata', key })
    case 'span':
      return span(engine, clause, key)
    case 'feedback':
    case 'expectation':
      return assessment(engine, clause, entity, key)
    default:
      throw badRequest(
        `Invalid entity type '${entity}'. Valid values are ['attribute', 'tag', 'metadata', 'trace', 'span', 'feedback', 'expectation']`,
      )
  }
}

function attribute(engine: Engine, clause: Clause, key: string): Fragment {
  const number = numberColumns.get(key)
  if (number !== undefined) {
    const value = numberValue(clause.value, `numeric attribute: ${key}`)
    checkComparator(clause.comparator, comparators.number)
    const column = number === 'end_time' ? sql`(t.request_time + t.execution_duration)` : sql.ref(`t.${number}`)
    return compareNumber(column, clause.comparator, value)
  }
  const alias = aliases.get(key)
  if (alias) return keyed(engine, clause, alias)
  if (key === 'text') return contains(engine, clause)
  const column = textColumns.get(key)
  if (column !== undefined) return compared(engine, sql.ref(`t.${column}`), clause)
  const known = [...numberColumns.keys(), ...textColumns.keys(), ...aliases.keys(), 'text']
  throw badRequest(
    `Invalid attribute key '${key}' specified. Valid keys are '{${known.map((name) => `'${name}'`).join(', ')}}'`,
  )
}

function compared(engine: Engine, column: Fragment, { comparator, value }: Clause): Fragment {
  checkComparator(comparator, comparators.attribute)
  if ((comparator === 'IN' || comparator === 'NOT IN') && value) {
    return compareText(engine, column, comparator, listValue(value))
  }
  return compareText(engine, column, comparator, textValue(value, 'attributes'))
}

/** `!=` leaves out what has no such key, as it does everywhere in MLflow. */
function keyed(engine: Engine, clause: Clause, { table, key }: { table: string; key: string }): Fragment {
  const found = (matches: Fragment) =>
    sql`exists (select 1 from ${sql.table(table)} k where k.trace_id = t.id and k.key = ${key} and ${matches})`
  switch (clause.comparator) {
    case 'IS NULL':
      return sql`not ${found(sql`1 = 1`)}`
    case 'IS NOT NULL':
      return found(sql`1 = 1`)
    default:
      return found(compared(engine, sql`k.value`, clause))
  }
}

function span(engine: Engine, clause: Clause, key: string): Fragment {
  const column = spanColumns.get(key)
  if (column === undefined) {
    throw badRequest(`Invalid span attribute '${key}'. Valid attributes are '{${[...spanColumns.keys()].join(', ')}}'`)
  }
  return sql`exists (select 1 from span s where s.trace_id = t.id and ${compared(engine, sql.ref(`s.${column}`), clause)})`
}

function contains(engine: Engine, clause: Clause): Fragment {
  checkComparator(clause.comparator, ['LIKE', 'ILIKE'])
  return sql`exists (select 1 from span s where s.trace_id = t.id and ${compared(engine, sql`s.content`, clause)})`
}

function assessment(engine: Engine, clause: Clause, kind: string, name: string): Fragment {
  const found = (matches: Fragment) =>
    sql`exists (select 1 from trace_assessment a where a.trace_id = t.id and a.kind = ${kind} and a.name = ${name} and a.valid = 1 and ${matches})`
  switch (clause.comparator) {
    case 'IS NULL':
      return sql`not ${found(sql`1 = 1`)}`
    case 'IS NOT NULL':
      return found(sql`1 = 1`)
    default:
      return found(compared(engine, sql`a.value`, clause))
  }
}
