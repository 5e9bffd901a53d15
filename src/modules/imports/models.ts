import { digestOf } from '../../lib/digest.ts'
import type { PersonId } from '../audit/schema.ts'
import { checkAlias, checkModelName, checkTag, findModelById } from '../registry/index.ts'
import { isStorable, problem, removedHere } from './clean.ts'
import type { KeyValue, ModelRecord } from './records.ts'
import type { ImportProblem } from './schema.ts'
import * as store from './store.ts'
import { refusalOf, type Trip } from './trip.ts'

const longestDescription = 100_000

/** Registered models, without their versions. A name that is taken here by another model is a problem, or gets the prefix. */
export async function importModels(trip: Trip): Promise<void> {
  for await (const read of trip.source.models()) {
    trip.checkpoint()
    if ('problem' in read) {
      await trip.note({ problems: [read.problem], tally: { refused: read.alsoRefused === false ? {} : { models: 1 } } })
    } else await importModel(trip, read.record)
    trip.moved(1)
  }
}

async function importModel(trip: Trip, record: ModelRecord): Promise<void> {
  const { db, engine } = trip.parts.connection
  const { restore } = trip.parts.registry
  const content = digestOf([record.description, record.tags.map(({ key, value }) => [key, value])].map(String))
  const item = await store.findItem(db, trip.source.key, 'model', record.name)
  const there = item && (await findModelById(db, item.target_id))
  if (item && there) {
    trip.models.set(record.name, { id: there.id, name: there.name })
    if (!trip.dry && item.import_id === trip.id) return
    const message = 'its description or tags were changed at the source since it was imported; here they stay'
    const problems = item.content === content ? [] : [problem('model', record.name, 'changed_at_source', message)]
    return trip.note({ tally: { unchanged: { models: 1 } }, problems })
  }
  if (item && !trip.again) {
    trip.models.set(record.name, null)
    return trip.note({ tally: { refused: { models: 1 } }, problems: [removedHere('model', record.name)] })
  }
  const place = await placeOf(trip, record.name)
  if ('refusal' in place) {
    trip.models.set(record.name, null)
    const problems = [problem('model', record.name, place.code, place.refusal)]
    return trip.note({ tally: { refused: { models: 1 } }, problems })
  }
  const tags = await cleanTags(record.tags, 'model', record.name)
  const fits = isStorable(record.description) && record.description.length <= longestDescription
  const problems = [
    ...tags.problems,
    ...(fits
      ? []
      : [problem('model', record.name, 'description_refused', 'its description is too long, or not a text')]),
  ]
  if (trip.dry) {
    trip.models.set(record.name, { id: '', name: place.name })
    return trip.note({ tally: { brought: { models: 1 } }, problems })
  }
  await trip.commit(async (tx, note) => {
    const now = trip.now()
    const created_at = moment(record.created_at) ?? now
    const id = await restore.model(tx, {
      name: place.name,
      description: fits ? record.description : '',
      tags: tags.kept,
      last_version: record.last_version,
      created_at,
      updated_at: moment(record.updated_at) ?? created_at,
      created_by: trip.actor.id as PersonId,
    })
    const row = { source: trip.source.key, kind: 'model' as const, source_id: record.name, target_id: id }
    await store.putItems(tx, engine, [{ ...row, import_id: trip.id, content, here: content, location: '' }])
    note('model.imported', `model:${id}`, { name: place.name, from: record.name, import: trip.id })
    trip.models.set(record.name, { id, name: place.name })
    return { problems, tally: { brought: { models: 1 } } }
  })
}

async function placeOf(trip: Trip, name: string): Promise<{ name: string } | { refusal: string; code: string }> {
  const { models } = trip.parts.registry
  const checked = await refusalOf(async () => checkModelName(name))
  if ('refusal' in checked) return { ...checked, code: 'name_refused' }
  if (!(await models.find(name))) return { name }
  const code = 'model_exists'
  const taken = `there is a model "${name}" here already, and no import of this source brought it`
  if (trip.prefix === '') return { code, refusal: `${taken}; import with a prefix, or rename it` }
  const next = `${trip.prefix}${name}`
  const allowed = await refusalOf(async () => checkModelName(next))
  if ('refusal' in allowed) return { ...allowed, code: 'name_refused' }
  if (await models.find(next)) return { code, refusal: `${taken}, and "${next}" is taken as well` }
  return { name: next }
}

export async function cleanTags(tags: readonly KeyValue[], kind: 'model' | 'version', subject: string) {
  const kept: KeyValue[] = []
  const problems: ImportProblem[] = []
  for (const { key, value } of tags) {
    const checked = await refusalOf(async () => checkTag({ key, value }))
    if ('refusal' in checked || !isStorable(key) || !isStorable(value)) {
      const reason = 'refusal' in checked ? checked.refusal : 'it is not a text'
      problems.push(problem(kind, `${subject} tag ${key}`, 'tag_refused', reason))
    } else kept.push({ key, value })
  }
  return { kept, problems }
}

/** Aliases after the versions they point to. One that an environment protects comes as it was, and is named: no gate was asked. */
export async function importAliases(trip: Trip): Promise<void> {
  for await (const read of trip.source.models()) {
    trip.checkpoint()
    if ('problem' in read) continue
    const model = trip.models.get(read.record.name)
    for (const { alias, version } of model ? read.record.aliases : []) {
      if (model) await importAlias(trip, read.record.name, model, alias, version)
    }
  }
}

async function isGone(trip: Trip, { id }: { id: string }, alias: string): Promise<boolean> {
  const model = await findModelById(trip.parts.connection.db, id)
  return !model?.aliases.some((one) => one.alias === alias)
}

async function importAlias(
  trip: Trip,
  from: string,
  model: { id: string; name: string },
  alias: string,
  version: number,
): Promise<void> {
  const { db, engine } = trip.parts.connection
  const subject = `${from} ${alias}`
  const item = await store.findItem(db, trip.source.key, 'alias', subject)
  if (item && !(trip.again && (await isGone(trip, model, alias)))) {
    if (!trip.dry && item.import_id === trip.id) return
    const message = `it points to version ${version} at the source now; here it stays as it is`
    const problems = item.content === String(version) ? [] : [problem('alias', subject, 'changed_at_source', message)]
    return trip.note({ tally: { unchanged: { aliases: 1 } }, problems })
  }
  const refuse = (code: string, message: string) =>
    trip.note({ problems: [problem('alias', subject, code, message)], tally: { refused: { aliases: 1 } } })
  const checked = await refusalOf(async () => checkAlias(alias))
  if ('refusal' in checked) return refuse('name_refused', checked.refusal)
  if (trip.dry) return trip.note({ tally: { brought: { aliases: 1 } } })
  if (!(await store.findItem(db, trip.source.key, 'version', `${from} ${version}`))) {
    return refuse('version_missing', `version ${version}, to which it points, is not imported`)
  }
  const here = await trip.parts.registry.models.get(model.name)
  const there = here.aliases.find((one) => one.alias === alias)
  if (there && there.version !== version) {
    return refuse('alias_exists', `it points to version ${there.version} here, and stays`)
  }
  await trip.commit(async (tx, note) => {
    const set = await trip.parts.registry.restore.alias(tx, here, alias, version)
    const row = {
      source: trip.source.key,
      kind: 'alias' as const,
      source_id: subject,
      target_id: `${model.id} ${alias}`,
    }
    const content = String(version)
    await store.putItems(tx, engine, [{ ...row, import_id: trip.id, content, here: content, location: '' }])
    const { protected_by } = set
    note('alias.imported', `model:${model.id}`, { alias, version, protected_by, import: trip.id })
    const message = `the environment ${protected_by} protects it; it came without a verdict of the gate`
    const problems = protected_by === null ? [] : [problem('alias', subject, 'protected', message)]
    return { problems, tally: { brought: { aliases: 1 } } }
  })
}

/** Epoch milliseconds as they are stored here; undefined for what no calendar has. */
export function moment(time: number | null): string | undefined {
  if (time === null || !Number.isFinite(time) || Math.abs(time) > 8.64e15) return undefined
  const text = new Date(time).toISOString()
  return text.length === 24 ? text : undefined
}
