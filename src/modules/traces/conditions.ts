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
  unquote,
} from '../tracking/index.ts'
import { promptsTag, promptText } from './links.ts'

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
  if (key === 'run_id') return ofRun(engine, clause)
  if (key === 'prompt') return withPrompt(engine, clause)
  const alias = aliases.get(key)
  if (alias) return keyed(engine, clause, alias)
  if (key === 'text') return contains(engine, clause)
  const column = textColumns.get(key)
  if (column !== undefined) return compared(engine, sql.ref(`t.${column}`), clause)
  const known = [...numberColumns.keys(), ...textColumns.keys(), ...aliases.keys(), 'run_id', 'prompt', 'text']
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

/** A trace belongs to the run that made it and to those that it was linked to. */
function ofRun(engine: Engine, clause: Clause): Fragment {
  const made = keyed(engine, clause, { table: 'trace_metadata', key: 'mlflow.sourceRun' })
  if (clause.comparator === 'IS NULL' || clause.comparator === 'IS NOT NULL') return made
  const linked = sql`exists (select 1 from trace_run r where r.trace_id = t.id and ${compared(engine, sql`r.run_id`, clause)})`
  return sql`(${made} or ${linked})`
}

/** `prompt = 'name/version'`: traces that were made with a version of a prompt. */
function withPrompt(engine: Engine, { comparator, value }: Clause): Fragment {
  checkComparator(comparator, ['='])
  const text = textValue(value, 'prompt')
  const at = text.lastIndexOf('/')
  if (at <= 0 || at === text.length - 1) {
    throw badRequest(`Invalid prompt filter value '${text}'. Expected a prompt's name and version as 'name/version'.`)
  }
  const wanted = promptText({ name: text.slice(0, at), version: text.slice(at + 1) })
  const position = engine === 'sqlite' ? sql`instr(k.value, ${wanted})` : sql`strpos(k.value, ${wanted})`
  return sql`exists (select 1 from trace_tag k where k.trace_id = t.id and k.key = ${promptsTag} and ${position} > 0)`
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
  if (key.startsWith('attributes.')) return spanAttribute(engine, clause, unquote(key.slice('attributes.'.length)))
  const column = spanColumns.get(key)
  if (column === undefined) {
    throw badRequest(`Invalid span attribute '${key}'. Valid attributes are '{${[...spanColumns.keys()].join(', ')}}'`)
  }
  return sql`exists (select 1 from span s where s.trace_id = t.id and ${compared(engine, sql.ref(`s.${column}`), clause)})`
}

/** MLflow's clients write texts into attributes as JSON, with quotes; a filter may leave them out. */
function spanAttribute(engine: Engine, clause: Clause, name: string): Fragment {
  checkComparator(clause.comparator, ['=', '!=', 'LIKE', 'ILIKE'])
  const [each, key, text] =
    engine === 'sqlite'
      ? [sql`json_each(s.content, '$.attributes')`, sql`a.value ->> '$.key'`, sql`a.value ->> '$.value.string_value'`]
      : [
          sql`jsonb_array_elements((s.content::jsonb) -> 'attributes')`,
          sql`a.value ->> 'key'`,
          sql`a.value -> 'value' ->> 'string_value'`,
        ]
  const unquoted = sql`case when ${text} like '"%"' then substr(${text}, 2, length(${text}) - 2) else ${text} end`
  return sql`exists (
    select 1 from span s cross join ${each} as a
    where s.trace_id = t.id and ${key} = ${name} and ${compared(engine, unquoted, clause)})`
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
