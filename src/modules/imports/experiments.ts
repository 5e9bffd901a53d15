import { digestOf } from '../../lib/digest.ts'
import { findExperiment, findExperimentByName, restoreExperiment } from '../tracking/index.ts'
import { ExperimentId } from '../tracking/schema.ts'
import { cleanExperiment, problem, removedHere } from './clean.ts'
import type { ExperimentRecord } from './records.ts'
import * as store from './store.ts'
import type { Trip } from './trip.ts'

type Place = { kind: 'same' } | { kind: 'new'; id: string; name: string } | { kind: 'clash'; message: string }

/** The same id and the same name are the same experiment; one of them alone belongs to something else here. */
export async function importExperiments(trip: Trip): Promise<void> {
  for await (const read of trip.source.experiments()) {
    trip.checkpoint()
    if ('problem' in read) {
      await trip.note({ problems: [read.problem], tally: { refused: read.alsoRefused === false ? {} : one } })
      continue
    }
    const { record, problems, left_out } = cleanExperiment(read.record)
    if (record) await importExperiment(trip, record)
    else trip.experiments.set(read.record.id, null)
    if (problems.length > 0) {
      await trip.note({ problems, tally: { refused: record ? { tags: left_out.tags } : one } })
    }
    trip.moved(1)
  }
}

const one = { experiments: 1 }

async function importExperiment(trip: Trip, record: ExperimentRecord): Promise<void> {
  const { db, engine } = trip.parts.connection
  const content = digestOf([record.name, record.deleted, record.tags.map(({ key, value }) => [key, value])])
  const item = await store.findItem(db, trip.source.key, 'experiment', record.id)
  if (item && (await findExperiment(db, item.target_id))) {
    trip.experiments.set(record.id, item.target_id)
    if (!trip.dry && item.import_id === trip.id) return
    const message = 'it was renamed, tagged or deleted at the source since it was imported; here it stays as it is'
    const problems = item.content === content ? [] : [problem('experiment', record.id, 'changed_at_source', message)]
    return trip.note({ tally: { unchanged: one }, problems })
  }
  if (item && !trip.again) {
    trip.experiments.set(record.id, null)
    return trip.note({ tally: { refused: one }, problems: [removedHere('experiment', record.id)] })
  }
  const place = await placeOf(trip, record)
  if (place.kind === 'clash') {
    trip.experiments.set(record.id, null)
    return trip.note({
      tally: { refused: one },
      problems: [problem('experiment', record.id, 'experiment_clash', place.message)],
    })
  }
  const target = place.kind === 'same' ? record.id : place.id
  trip.experiments.set(record.id, target)
  if (trip.dry) return trip.note({ tally: place.kind === 'same' ? { unchanged: one } : { brought: one } })
  const here = place.kind === 'same' ? 'matched' : 'brought'
  await trip.commit(async (tx, record_) => {
    const row = { source: trip.source.key, kind: 'experiment' as const, source_id: record.id, target_id: target }
    await store.putItems(tx, engine, [{ ...row, import_id: trip.id, content, here, location: record.location }])
    if (place.kind === 'same') {
      record_('experiment.matched', `experiment:${target}`, { name: record.name, import: trip.id })
      return { tally: { unchanged: one } }
    }
    const now = Date.parse(trip.now())
    const created = record.created_at ?? now
    await restoreExperiment(
      tx,
      {
        id: target,
        name: place.name,
        artifact_location: trip.source.brings(record.location) ? `mlflow-artifacts:/${target}` : record.location,
        lifecycle_stage: record.deleted ? 'deleted' : 'active',
        creation_time: created,
        last_update_time: record.updated_at ?? created,
        created_by: trip.actor.id,
      },
      record.tags,
    )
    record_('experiment.imported', `experiment:${target}`, {
      name: place.name,
      import: trip.id,
      ...(target === record.id ? {} : { from: record.id }),
      ...(record.deleted ? { lifecycle_stage: 'deleted' } : {}),
    })
    return { tally: { brought: one } }
  })
}

async function placeOf(trip: Trip, { id, name }: ExperimentRecord): Promise<Place> {
  const { db } = trip.parts.connection
  const byId = await findExperiment(db, id)
  if (byId?.name === name) return { kind: 'same' }
  const byName = await findExperimentByName(db, name)
  if (!byId && !byName) return { kind: 'new', id, name }
  const taken = byId
    ? `the id ${id} is that of "${byId.name}" here`
    : `the name "${name}" is that of ${byName?.id} here`
  if (trip.prefix === '') return { kind: 'clash', message: `${taken}; import with a prefix, or rename it` }
  const next = { id: `${trip.prefix}${id}`, name: `${trip.prefix}${name}` }
  if (!ExperimentId.safeParse(next.id).success) return { kind: 'clash', message: `${next.id} is not an id` }
  if ((await findExperiment(db, next.id)) || (await findExperimentByName(db, next.name))) {
    return { kind: 'clash', message: `${taken}, and ${next.id} or "${next.name}" is taken as well` }
  }
  return { kind: 'new', ...next }
}
