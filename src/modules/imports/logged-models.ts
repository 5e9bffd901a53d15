import { sha256 } from '../../lib/digest.ts'
import { type RestoredModel, restoreLoggedModels } from '../tracking/index.ts'
import type { LoggedModelStatus } from '../tracking/schema.ts'
import { cleanLoggedModel, problem, removedHere } from './clean.ts'
import { createBasket } from './files.ts'
import type { LoggedModelRecord } from './records.ts'
import type { ImportProblem } from './schema.ts'
import * as store from './store.ts'
import type { ImportItemRow } from './tables.ts'
import type { Trip } from './trip.ts'

const perCommit = 100

type Clean = LoggedModelRecord & { status: LoggedModelStatus }

export async function importLoggedModels(trip: Trip): Promise<void> {
  let waiting: Clean[] = []
  let problems: ImportProblem[] = []
  let refused = 0
  const flush = async () => {
    await importSome(trip, waiting, problems, refused)
    trip.moved(waiting.length)
    waiting = []
    problems = []
    refused = 0
  }
  for await (const read of trip.source.loggedModels()) {
    const clean = 'problem' in read ? undefined : cleanLoggedModel(read.record)
    problems.push(...('problem' in read ? [read.problem] : (clean?.problems ?? [])))
    if (clean?.record) waiting.push(clean.record)
    else if (!('problem' in read) || read.alsoRefused !== false) refused++
    if (waiting.length + problems.length >= perCommit) await flush()
  }
  await flush()
}

async function importSome(trip: Trip, records: readonly Clean[], found: readonly ImportProblem[], count: number) {
  const { db, engine } = trip.parts.connection
  const problems = [...found]
  let refused = count
  let unchanged = 0
  const ids = records.map(({ id }) => id)
  const items = new Map(
    (await store.findItems(db, trip.source.key, 'logged_model', ids)).map((item) => [item.source_id, item]),
  )
  const there = new Set(
    (
      await db
        .selectFrom('logged_model')
        .select('id')
        .where('id', 'in', ['', ...ids])
        .execute()
    ).map(({ id }) => id),
  )
  const fresh: { model: RestoredModel; item: ImportItemRow }[] = []
  for (const record of records) {
    const content = contentOf(record)
    const item = items.get(record.id)
    if (item && there.has(record.id)) {
      if (!trip.dry && item.import_id === trip.id) continue
      unchanged++
      if (item.content !== content) {
        const message = 'it was changed at the source since it was imported; here it stays as it is'
        problems.push(problem('logged_model', record.id, 'changed_at_source', message))
      }
      continue
    }
    if (item && !trip.again) {
      refused++
      problems.push(removedHere('logged_model', record.id))
      continue
    }
    const experiment = trip.experiments.get(record.experiment_id)
    if (there.has(record.id) || !experiment) {
      refused++
      problems.push(
        there.has(record.id)
          ? problem('logged_model', record.id, 'logged_model_exists', 'a logged model with this id is here already')
          : problem(
              'logged_model',
              record.id,
              'experiment_refused',
              `its experiment ${record.experiment_id} is not imported`,
            ),
      )
      continue
    }
    fresh.push({ model: restored(trip, record, experiment), item: itemOf(trip, record, content) })
  }
  if (trip.dry || fresh.length === 0) {
    const tally = {
      brought: { logged_models: fresh.length },
      unchanged: { logged_models: unchanged },
      refused: { logged_models: refused },
    }
    await trip.note({ problems, tally })
    if (!trip.dry) return
    const basket = createBasket(trip)
    for (const { model, item } of fresh) {
      await basket.collect(item.location, { kind: 'logged_model', id: item.source_id }, model.row.artifact_uri)
    }
    return basket.flush()
  }
  await trip.commit(async (tx, record) => {
    await restoreLoggedModels(
      tx,
      engine,
      fresh.map(({ model }) => model),
    )
    const rows = fresh.map(({ item }) => ({ ...item, import_id: trip.id }))
    await store.putItems(tx, engine, rows)
    const contents = Object.fromEntries(rows.map((row) => [row.target_id, row.content]))
    record(
      'logged_models.imported',
      `import:${trip.id}`,
      { count: fresh.length, contents },
      fresh.map(({ model }) => `logged_model:${model.row.id}`),
    )
    return {
      problems,
      tally: {
        brought: { logged_models: fresh.length },
        unchanged: { logged_models: unchanged },
        refused: { logged_models: refused },
      },
    }
  })
}

function restored(trip: Trip, record: Clean, experiment_id: string): RestoredModel {
  const { id, name, model_type, run_id, status, created_at, updated_at } = record
  const artifact_uri = trip.source.brings(record.location)
    ? `mlflow-artifacts:/${experiment_id}/models/${id}/artifacts`
    : record.location
  return {
    row: {
      id,
      experiment_id,
      name,
      model_type,
      source_run_id: run_id,
      artifact_uri,
      status,
      created_at,
      updated_at,
      deleted_at: record.deleted ? updated_at : null,
      created_by: trip.dry ? 'server' : trip.actor.id,
    },
    params: record.params,
    tags: record.tags,
    metrics: record.metrics,
  }
}

const itemOf = (trip: Trip, { id, location }: Clean, content: string): ImportItemRow => ({
  source: trip.source.key,
  kind: 'logged_model',
  source_id: id,
  target_id: id,
  import_id: '',
  content,
  here: content,
  location,
})

const contentOf = ({ name, model_type, run_id, status, deleted, params, tags, metrics }: Clean) =>
  sha256(JSON.stringify([name, model_type, run_id, status, deleted, params, tags, metrics]))
