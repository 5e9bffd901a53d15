import { badRequest } from '../../../lib/errors.ts'
import { type Clause, checkComparator, comparators, listValue, numberValue, readName, textValue } from './clauses.ts'
import { clausesIn, type Expression, mapExpression, readExpression } from './expression.ts'

/** One condition on runs, checked. */
export type RunCondition =
  | { on: 'metric'; key: string; comparator: string; value: number }
  | { on: 'param' | 'tag'; key: string; comparator: string; value: string | undefined }
  | { on: 'time'; column: 'start_time' | 'end_time'; comparator: string; value: number }
  | { on: 'text'; column: TextColumn; comparator: string; value: string | string[] }
  | { on: 'dataset'; column: 'name' | 'digest' | 'context'; comparator: string; value: string | string[] }

export type TextColumn = 'id' | 'name' | 'status' | 'user_name' | 'artifact_uri'
export type Entity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset'

const entities: Readonly<Record<string, Entity>> = {
  metric: 'metric',
  metrics: 'metric',
  parameter: 'parameter',
  parameters: 'parameter',
  param: 'parameter',
  params: 'parameter',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
}

type Attribute = TextColumn | 'start_time' | 'end_time'

/** Keys of attributes, with the names that people know from the screens. */
const orderAttributes: Readonly<Record<string, Attribute>> = {
  run_id: 'id',
  run_name: 'name',
  artifact_uri: 'artifact_uri',
  start_time: 'start_time',
  Created: 'start_time',
  end_time: 'end_time',
  status: 'status',
  created: 'start_time',
  user_id: 'user_name',
}
const filterAttributes: Readonly<Record<string, Attribute>> = {
  ...orderAttributes,
  'Run name': 'name',
  'Run Name': 'name',
  'run name': 'name',
}
const datasetKeys = ['name', 'digest', 'context'] as const

export function parseRunFilter(filter: string): Expression<RunCondition> {
  const named = mapExpression(readExpression(filter), (clause) => ({ clause, ...readEntity(clause) }))
  const conditions = mapExpression(named, ({ clause, entity, key }) => conditionOf(clause, entity, key))
  for (const { comparator, on } of clausesIn(conditions)) checkComparator(comparator, comparatorsOf(on))
  return conditions
}

function readEntity(clause: Clause): { entity: Entity; key: string } {
  const { entity, key } = readName(clause.left)
  return { entity: entityOf(entity), key }
}

export function entityOf(name: string | undefined): Entity {
  if (name === undefined) return 'attribute'
  const entity = Object.hasOwn(entities, name) ? entities[name] : undefined
  if (!entity) {
    throw badRequest(
      `Invalid entity type '${name}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`,
    )
  }
  return entity
}

export function attributeOf(key: string, use: 'filter' | 'order'): Attribute {
  const known = use === 'filter' ? filterAttributes : orderAttributes
  const column = Object.hasOwn(known, key) ? known[key] : undefined
  if (!column)
    throw badRequest(`Invalid attribute key '${key}' specified. Valid keys are '${setOf(Object.keys(known))}'`)
  return column
}

function conditionOf({ comparator, value }: Clause, entity: Entity, key: string): RunCondition {
  const isNull = comparator === 'IS NULL' || comparator === 'IS NOT NULL'
  if (isNull && entity !== 'tag' && entity !== 'parameter') {
    if (entity === 'attribute') attributeOf(key, 'filter')
    throw badRequest(`IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`)
  }
  switch (entity) {
    case 'metric':
      return { on: 'metric', key, comparator, value: numberValue(value, 'metric') }
    case 'parameter':
    case 'tag': {
      const on = entity === 'tag' ? 'tag' : 'param'
      return { on, key, comparator, value: isNull ? undefined : textValue(value, `${entity} (e.g. 'my-value')`) }
    }
    case 'attribute':
      return attributeCondition(comparator, value, key)
    case 'dataset': {
      const column = datasetKeys.find((name) => name === key)
      if (!column) throw badRequest(`Invalid dataset key '${key}' specified. Valid keys are '${setOf(datasetKeys)}'`)
      return { on: 'dataset', column, comparator, value: textOrList(value, 'dataset attributes') }
    }
  }
}

function attributeCondition(comparator: string, value: Clause['value'], key: string): RunCondition {
  const column = attributeOf(key, 'filter')
  if (column === 'start_time' || column === 'end_time') {
    return { on: 'time', column, comparator, value: numberValue(value, `numeric attribute: ${key}`) }
  }
  if (value?.kind === 'list' && column !== 'id') {
    throw badRequest("Only the 'run_id' attribute supports comparison with a list of quoted string values.")
  }
  return { on: 'text', column, comparator, value: textOrList(value, 'attributes') }
}

const textOrList = (value: Clause['value'], what: string) =>
  value?.kind === 'list' ? listValue(value) : textValue(value, what)

function comparatorsOf(on: RunCondition['on']): readonly string[] {
  switch (on) {
    case 'metric':
    case 'time':
      return comparators.number
    case 'param':
    case 'tag':
      return comparators.text
    case 'text':
    case 'dataset':
      return comparators.attribute
  }
}

const setOf = (names: readonly string[]) => `{${names.map((name) => `'${name}'`).join(', ')}}`
