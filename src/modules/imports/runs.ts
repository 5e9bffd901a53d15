import {
  contextTag,
  digestsOfRuns,
  keepTags,
  type RestoredPoint,
  type RestoredRun,
  restorePoints,
  restoreRuns,
  sealRuns,
  stored,
} from '../tracking/index.ts'
import type { RunStatus } from '../tracking/schema.ts'
import { type CleanRun, pointProblem, problem } from './clean.ts'
import { addPoint, contentDigest, noPoints, type PointSum } from './content.ts'
import { createBasket } from './files.ts'
import { type Judged, judgeRuns } from './judge-runs.ts'
import type { RunPage } from './records.ts'
import type { ImportCounts, ImportProblem } from './schema.ts'
import * as store from './store.ts'
import type { ImportItemRow } from './tables.ts'
import { add, noCounts } from './tally.ts'
import type { Trip } from './trip.ts'

/** Points that may wait for the transaction of their runs; more go ahead, unseen until their runs are there. */
const mostWaiting = 20_000
const mostSealsText = 45_000
const ended: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED'])

export async function importRuns(trip: Trip, cursor: string | null, countPoints: boolean): Promise<void> {
  for await (const page of trip.source.runs(cursor)) {
    trip.checkpoint()
    await importPage(trip, page, countPoints)
    trip.moved(page.runs.length)
  }
}

async function importPage(trip: Trip, page: RunPage, countPoints: boolean): Promise<void> {
  const problems = [...page.problems]
  const refused = noCounts()
  const judged = await judgeRuns(trip, page, problems, refused)
  if (trip.dry) return look(trip, page, judged, problems, refused, countPoints)

  const known = judged.filter(({ item }) => item !== undefined)
  const sums = known.length > 0 ? await sumsOf(page, known) : new Map<string, PointSum>()
  const unchanged = noCounts()
  const changed: Judged[] = []
  for (const one of known) {
    const sum = sums.get(one.run.id) ?? noPoints()
    if (contentDigest(asHere(one), sum) === one.item?.content) add(unchanged, countsOf(one.run, sum))
    else if (await isAsImported(trip, one)) changed.push(one)
    else {
      add(unchanged, { runs: 1 })
      const message = 'it was changed at the source, and here as well, since it was imported; here it stays as it is'
      problems.push(problem('run', one.run.id, 'changed_on_both_sides', message))
    }
  }
  const fresh = judged.filter(({ item }) => item === undefined)
  const writing = [...fresh, ...changed]
  if (writing.length === 0) return trip.note({ problems, tally: { unchanged, refused }, cursor: page.cursor })
  await bring(trip, page, writing, { problems, unchanged, refused })
}

/** Only counting: what would come, and what could not. */
async function look(
  trip: Trip,
  page: RunPage,
  judged: readonly Judged[],
  problems: ImportProblem[],
  refused: ImportCounts,
  countPoints: boolean,
) {
  const brought = noCounts()
  const unchanged = noCounts()
  const sums = countPoints ? await sumsOf(page, judged, problems, refused) : new Map<string, PointSum>()
  for (const { run, item } of judged) {
    add(item ? unchanged : brought, countsOf(run, sums.get(run.id) ?? noPoints()))
  }
  await trip.note({ problems, tally: { brought, unchanged, refused } })
  const basket = createBasket(trip)
  for (const { run, experiment } of judged) {
    const uri = `mlflow-artifacts:/${experiment}/${run.id}/artifacts`
    await basket.collect(run.location, { kind: 'run', id: run.id }, uri)
  }
  await basket.flush()
}

async function sumsOf(
  page: RunPage,
  of: readonly Judged[],
  problems: ImportProblem[] = [],
  refused = noCounts(),
): Promise<Map<string, PointSum>> {
  const sums = new Map<string, PointSum>()
  for await (const part of pointsOf(page, of, problems, refused)) {
    for (const point of part) {
      const sum = sums.get(point.run_id) ?? noPoints()
      addPoint(sum, point.key, stored(point))
      sums.set(point.run_id, sum)
    }
  }
  return sums
}

/** The points of some runs that can be stored; the others are counted. */
async function* pointsOf(page: RunPage, of: readonly Judged[], problems: ImportProblem[], refused: ImportCounts) {
  const experiments = new Map(of.map(({ run, experiment }) => [run.id, experiment]))
  const named = new Set<string>()
  for await (const part of page.points(new Set(experiments.keys()))) {
    if ('code' in part) {
      problems.push(part)
      continue
    }
    const kept: RestoredPoint[] = []
    for (const point of part) {
      const reason = pointProblem(point.key, point)
      if (reason === undefined) {
        kept.push({ ...point, experiment_id: experiments.get(point.run_id) ?? '' })
        continue
      }
      refused.points++
      const subject = `${point.run_id} metric ${point.key}`
      if (!named.has(subject)) problems.push(problem('run', subject, 'metric_refused', reason))
      named.add(subject)
    }
    yield kept
  }
}

async function bring(
  trip: Trip,
  page: RunPage,
  writing: readonly Judged[],
  { problems, unchanged, refused }: { problems: ImportProblem[]; unchanged: ImportCounts; refused: ImportCounts },
): Promise<void> {
  const { engine, writer } = trip.parts.connection
  const sums = new Map<string, PointSum>()
  let waiting: RestoredPoint[] = []
  for await (const part of pointsOf(page, writing, problems, refused)) {
    for (const point of part) {
      const sum = sums.get(point.run_id) ?? noPoints()
      addPoint(sum, point.key, stored(point))
      sums.set(point.run_id, sum)
    }
    waiting = waiting.length === 0 ? part : [...waiting, ...part]
    if (waiting.length < mostWaiting) continue
    const ahead = waiting
    waiting = []
    await writer.commit((tx) => restorePoints(tx, engine, ahead))
    trip.checkpoint()
  }
  await trip.commit(async (tx, record) => {
    await restoreRuns(
      tx,
      engine,
      writing.map((one) => restored(trip, one)),
    )
    for (const { run, item } of writing) {
      if (item)
        await keepTags(
          tx,
          run.id,
          run.tags.map(({ key }) => key),
        )
    }
    await restorePoints(tx, engine, waiting)
    const ids = writing.map(({ run }) => run.id)
    const digests = await digestsOfRuns(tx, ids)
    const seals = new Map(
      [...digests].filter(([id]) => writing.some(({ run }) => run.id === id && ended.has(run.status))),
    )
    await sealRuns(tx, engine, seals)
    await store.putItems(
      tx,
      engine,
      writing.map(
        (one): ImportItemRow => ({
          source: trip.source.key,
          kind: 'run',
          source_id: one.run.id,
          target_id: one.run.id,
          import_id: trip.id,
          content: contentDigest(asHere(one), sums.get(one.run.id) ?? noPoints()),
          here: digests.get(one.run.id) ?? '',
          location: one.run.location,
        }),
      ),
    )
    for (const part of inEvents(writing, digests)) {
      const about = part.runs.map(({ run }) => `run:${run.id}`)
      const experiments = [...new Set(part.runs.map(({ experiment }) => `experiment:${experiment}`))]
      record('runs.imported', `import:${trip.id}`, { count: part.runs.length, digests: part.digests }, [
        ...about,
        ...experiments,
      ])
    }
    const brought = noCounts()
    const updated = noCounts()
    for (const { run, item } of writing) add(item ? updated : brought, countsOf(run, sums.get(run.id) ?? noPoints()))
    return { problems, cursor: page.cursor, tally: { brought, updated, unchanged, refused } }
  })
}

/** An event names every run with its digest, and stays below the size that events may have. */
function* inEvents(writing: readonly Judged[], digests: ReadonlyMap<string, string>) {
  let runs: Judged[] = []
  let named: Record<string, string> = {}
  let size = 0
  for (const one of writing) {
    runs.push(one)
    named[one.run.id] = digests.get(one.run.id) ?? ''
    size += one.run.id.length + 90
    if (size < mostSealsText) continue
    yield { runs, digests: named }
    runs = []
    named = {}
    size = 0
  }
  if (runs.length > 0) yield { runs, digests: named }
}

/** True while nobody changed the run here since it was imported. */
async function isAsImported(trip: Trip, { run, item }: Judged): Promise<boolean> {
  const digests = await digestsOfRuns(trip.parts.connection.db, [run.id])
  return digests.get(run.id) === item?.here
}

function restored(trip: Trip, { run, experiment }: Judged): RestoredRun {
  const uri = `mlflow-artifacts:/${experiment}/${run.id}/artifacts`
  const named = trip.logins.get(run.user.trim().toLowerCase())
  return {
    row: {
      id: run.id,
      experiment_id: experiment,
      name: run.name,
      status: run.status,
      user_name: run.user,
      start_time: run.start_time,
      end_time: run.end_time,
      artifact_uri: trip.source.brings(run.location) ? uri : run.location,
      lifecycle_stage: run.deleted ? 'deleted' : 'active',
      created_by: trip.actor.id,
    },
    params: run.params,
    tags: run.tags,
    inputs: run.inputs.map(({ tags, ...input }, position) => ({
      run_id: run.id,
      experiment_id: experiment,
      position,
      ...input,
      context: tags.find(({ key }) => key === contextTag)?.value ?? null,
      tags: JSON.stringify(tags),
    })),
    models: run.models.map((link, position) => ({ run_id: run.id, position, ...link })),
    contributors: [trip.actor.id, ...(named === undefined ? [] : [named])],
  }
}

const asHere = ({ run, experiment }: Judged) => ({ ...run, experiment_id: experiment })

const countsOf = (run: CleanRun, { count, keys }: PointSum): Partial<ImportCounts> => ({
  runs: 1,
  params: run.params.length,
  tags: run.tags.length,
  inputs: run.inputs.length,
  metrics: keys.size,
  points: count,
})
