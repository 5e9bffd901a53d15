import type { Tx } from '../../db/database.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { EventBody } from '../../modules/audit/schema.ts'
import type { ForeignWords } from '../../modules/notifications/index.ts'
import { findLineById, findModelById } from '../../modules/registry/index.ts'
import type { Model, Tag } from '../../modules/registry/schema.ts'

/** MLflow's entities with the actions that each has, by their names in a request; the numbers are protobuf's. */
export const entityActions = {
  REGISTERED_MODEL: ['CREATED'],
  MODEL_VERSION: ['CREATED'],
  MODEL_VERSION_TAG: ['SET', 'DELETED'],
  MODEL_VERSION_ALIAS: ['CREATED', 'DELETED'],
  PROMPT: ['CREATED'],
  PROMPT_VERSION: ['CREATED'],
  PROMPT_TAG: ['SET', 'DELETED'],
  PROMPT_VERSION_TAG: ['SET', 'DELETED'],
  PROMPT_ALIAS: ['CREATED', 'DELETED'],
} as const
export type Entity = keyof typeof entityActions

type Said = { entity: Entity; action: 'CREATED' | 'SET' | 'DELETED'; data: JsonObject }

const templateTag = 'mlflow.prompt.text'

/** `model_version_tag.set`: how the event is named in storage and in a delivery. */
export const eventName = (entity: string, action: string) => `${entity}.${action}`.toLowerCase()

/** Audit events of the registry as MLflow's receivers know them. */
export const mlflowWords: ForeignWords = {
  async translate(tx, event) {
    const said = await translate(tx, event)
    return said && message(said, event.at)
  },
  example: (event, at) => message(exampleOf(event), at),
}

const message = ({ entity, action, data }: Said, at: string) => ({
  event: eventName(entity, action),
  payload: {
    entity: entity.toLowerCase(),
    action: action.toLowerCase(),
    timestamp: at.replace('Z', '000+00:00'),
    data,
  },
})

async function translate(tx: Tx, event: EventBody): Promise<Said | undefined> {
  const id = event.subject.slice(event.subject.indexOf(':') + 1)
  switch (event.action) {
    case 'model.created':
      return modelCreated(await findModelById(tx, id))
    case 'model.tag_set':
    case 'model.tag_deleted':
      return promptTagChanged(await findModelById(tx, id), event)
    case 'version.registered':
      return versionCreated(tx, id)
    case 'version.tag_set':
    case 'version.tag_deleted':
      return versionTagChanged(tx, id, event)
    case 'alias.moved':
    case 'alias.deleted':
      return aliasChanged(await findModelById(tx, id), event)
    default:
      return undefined
  }
}

function modelCreated(model: Model | undefined): Said | undefined {
  if (!model) return undefined
  const data = { name: model.name, tags: tagsOf(model.tags), description: model.description || null }
  return { entity: isPrompt(model) ? 'PROMPT' : 'REGISTERED_MODEL', action: 'CREATED', data }
}

async function versionCreated(tx: Tx, id: string): Promise<Said | undefined> {
  const line = await findLineById(tx, id)
  const model = line && (await findModelById(tx, line.model_id))
  if (!line || !model) return undefined
  const tags = tagsOf(line.tags)
  const named = { name: line.model, version: String(line.version) }
  const description = line.description || null
  if (isPrompt(model)) {
    const data = { ...named, template: tags[templateTag] ?? '', tags, description }
    return { entity: 'PROMPT_VERSION', action: 'CREATED', data }
  }
  const data = { ...named, source: line.source, run_id: line.run_id, tags, description }
  return { entity: 'MODEL_VERSION', action: 'CREATED', data }
}

/** MLflow has events for the tags of prompts, not for those of models. */
function promptTagChanged(model: Model | undefined, event: EventBody): Said | undefined {
  if (!model || !isPrompt(model)) return undefined
  return { entity: 'PROMPT_TAG', ...tagChange(event, { name: model.name }, model.tags) }
}

async function versionTagChanged(tx: Tx, id: string, event: EventBody): Promise<Said | undefined> {
  const line = await findLineById(tx, id)
  const model = line && (await findModelById(tx, line.model_id))
  if (!line || !model) return undefined
  const entity = isPrompt(model) ? 'PROMPT_VERSION_TAG' : 'MODEL_VERSION_TAG'
  return { entity, ...tagChange(event, { name: line.model, version: String(line.version) }, line.tags) }
}

/** The event may hold a long value cut, so the value is read from where it is; where it is gone already, from the event. */
function tagChange({ action, detail }: EventBody, named: JsonObject, tags: readonly Tag[]) {
  const key = String(detail.key)
  if (action.endsWith('tag_deleted')) return { action: 'DELETED' as const, data: { ...named, key } }
  const value = tags.find((tag) => tag.key === key)?.value ?? String(detail.value)
  return { action: 'SET' as const, data: { ...named, key, value } }
}

function aliasChanged(model: Model | undefined, { action, detail }: EventBody): Said | undefined {
  if (!model) return undefined
  const entity = isPrompt(model) ? 'PROMPT_ALIAS' : 'MODEL_VERSION_ALIAS'
  const data = { name: model.name, alias: String(detail.alias) }
  if (action === 'alias.deleted') return { entity, action: 'DELETED', data }
  return { entity, action: 'CREATED', data: { ...data, version: String(detail.after) } }
}

const isPrompt = (model: Model) => model.kind === 'prompt'
const tagsOf = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]))

/** What MLflow sends for a test. */
function exampleOf(event: string): Said {
  const [entity, action] = event.toUpperCase().split('.') as [Entity, Said['action']]
  const isOfPrompt = entity.startsWith('PROMPT')
  const name = isOfPrompt ? 'example_prompt' : 'example_model'
  const tags = { example_key: 'example_value' }
  const versioned = entity.includes('VERSION') ? { version: '1' } : {}
  if (entity.endsWith('_TAG')) {
    const value = action === 'SET' ? { value: 'example_value' } : {}
    return { entity, action, data: { name, ...versioned, key: 'example_key', ...value } }
  }
  if (entity.endsWith('_ALIAS')) {
    const version = action === 'CREATED' ? { version: '1' } : {}
    return { entity, action, data: { name, alias: 'example_alias', ...version } }
  }
  const thing = isOfPrompt ? 'prompt' : entity === 'MODEL_VERSION' ? 'model' : 'registered model'
  const description = `An example ${thing}${entity.endsWith('VERSION') ? ' version' : ''}`
  const content =
    entity === 'MODEL_VERSION'
      ? { source: 'models:/123', run_id: 'abcd1234abcd5678' }
      : entity === 'PROMPT_VERSION'
        ? { template: 'Hello {{name}}!' }
        : {}
  return { entity, action, data: { name, ...versioned, ...content, tags, description } }
}
