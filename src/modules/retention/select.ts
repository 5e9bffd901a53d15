import type { Connection } from '../../db/connect.ts'
import type { Db } from '../../db/database.ts'
import { pathOfUri } from '../artifacts/index.ts'
import { registryPurge } from '../registry/index.ts'
import { tracePurge } from '../traces/index.ts'
import { searchRunIds, trackingPurge, type View } from '../tracking/index.ts'
import type { Demand } from './assess.ts'
import { dayMs } from './parts.ts'
import type { PurgeKind, RuleWhat, Selection } from './schema.ts'

/** What a purge is about: what somebody named, or what a rule finds as of a moment in milliseconds. */
export type Source = { kind: 'named'; what: Selection } | { kind: 'rule'; rule: RuleWhat; at: number }

export type Item = { kind: PurgeKind; id: string; isPart: boolean }

/** The most traces that one execution of a rule removes. */
const mostTraces = 100_000
const pageSize = 1000

type Reader = Pick<Connection, 'db' | 'engine'>

export async function select(reader: Reader, source: Source): Promise<Item[]> {
  const items = source.kind === 'named' ? await named(reader, source.what) : await found(reader, source.rule, source.at)
  return [...new Map(items.map((item) => [`${item.kind} ${item.id}`, item])).values()]
}

export function demandOf(source: Source, { kind, isPart }: Pick<Item, 'kind' | 'isPart'>): Demand {
  // A run that came back inside a deleted experiment is somebody's again.
  if (isPart && kind !== 'run') return { kind: 'part' }
  if (isPart || source.kind === 'named' || source.rule.when.kind === 'deleted_for') return { kind: 'deleted' }
  return { kind: 'finished', before: source.at - source.rule.when.days * dayMs }
}

const whole = (kind: PurgeKind, ids: readonly string[]): Item[] => ids.map((id) => ({ kind, id, isPart: false }))

async function named(reader: Reader, what: Selection): Promise<Item[]> {
  const filtered = what.deleted_runs
  const runs = filtered ? await runsIn(reader, { ...filtered, view: 'DELETED_ONLY' }) : []
  return [
    ...whole('run', [...what.runs, ...runs]),
    ...whole('logged_model', what.logged_models),
    ...whole('trace', what.traces),
    ...whole('artifacts', what.artifacts),
    ...whole('version', what.versions),
    ...whole('model', what.models),
    ...whole('experiment', what.experiments),
  ]
}

async function found(reader: Reader, rule: RuleWhat, at: number): Promise<Item[]> {
  const { db } = reader
  const until = at - rule.when.days * dayMs
  const inScope = (experiment: string) => rule.scope.experiments?.includes(experiment) ?? true
  switch (rule.what) {
    case 'experiments':
      return whole('experiment', (await trackingPurge.experimentsDeletedUntil(db, until)).filter(inScope))
    case 'logged_models': {
      const models = await trackingPurge.modelsDeletedUntil(db, until)
      return whole(
        'logged_model',
        models.filter((model) => inScope(model.experiment_id)).map(({ id }) => id),
      )
    }
    case 'traces': {
      const traces: string[] = []
      for (const experiment of rule.scope.experiments ?? (await trackingPurge.experimentIds(db))) {
        traces.push(...(await tracePurge.tracesUntil(db, experiment, until, mostTraces - traces.length)))
        if (traces.length >= mostTraces) break
      }
      return whole('trace', traces)
    }
    default: {
      const ids = await runsOfRule(reader, rule, until)
      if (rule.what === 'runs') return whole('run', ids)
      const runs = await trackingPurge.readPurgeRuns(db, ids)
      return whole(
        'artifacts',
        runs.flatMap((run) => pathOfRun(run) ?? []),
      )
    }
  }
}

type RunRule = Extract<RuleWhat, { keep: unknown }>

async function runsOfRule(reader: Reader, { when, scope, keep }: RunRule, until: number): Promise<string[]> {
  const { db } = reader
  const view = when.kind === 'deleted_for' ? 'DELETED_ONLY' : 'ACTIVE_ONLY'
  const chosen: string[] = []
  for (const experiment of scope.experiments ?? (await trackingPurge.experimentIds(db))) {
    const ids = await runsIn(reader, { experiments: [experiment], filter: scope.filter, view })
    if (ids.length === 0) continue
    const kept = new Set(keep.last === null ? [] : ids.slice(0, keep.last))
    if (keep.tag) for (const id of await trackingPurge.runsWithTag(db, ids, keep.tag.key, keep.tag.value)) kept.add(id)
    if (keep.best) {
      const { metric, order, count } = keep.best
      const order_by = [`metrics.\`${metric}\` ${order === 'max' ? 'DESC' : 'ASC'}`]
      const query = { experiment_ids: [experiment], view, filter: scope.filter, order_by, max_results: count } as const
      const best = await searchRunIds(db, reader.engine, query)
      for (const id of await trackingPurge.runsWithMetric(db, best.ids, metric)) kept.add(id)
    }
    const runs = await trackingPurge.readPurgeRuns(
      db,
      ids.filter((id) => !kept.has(id)),
    )
    for (const run of runs) {
      const since = when.kind === 'deleted_for' ? run.deleted_at : run.end_time
      if (since !== null && since <= until) chosen.push(run.id)
    }
  }
  return chosen
}

/** The ids of runs by a filter, newest first. */
async function runsIn(
  { db, engine }: Reader,
  query: { experiments: readonly string[] | null; filter: string; view: View },
): Promise<string[]> {
  const experiment_ids = query.experiments ?? (await trackingPurge.experimentIds(db))
  const found: string[] = []
  let page_token: string | undefined
  do {
    const { filter, view } = query
    const page = await searchRunIds(db, engine, {
      experiment_ids,
      view,
      filter,
      order_by: [],
      max_results: pageSize,
      page_token,
    })
    found.push(...page.ids)
    page_token = page.next_page_token
  } while (page_token !== undefined)
  return found
}

/** Where the files of a run are, if they are here and in a place of its own. */
export function pathOfRun(run: { id: string; artifact_uri: string }): string | undefined {
  const path = pathOfUri(run.artifact_uri)
  return path?.split('/').includes(run.id) ? path : undefined
}

/** What lies inside and goes along; of an experiment, models that its own runs made go with those. */
export async function partsOf(db: Db, { kind, id }: Pick<Item, 'kind' | 'id'>): Promise<Item[]> {
  const part = (of: PurgeKind, ids: readonly string[]): Item[] =>
    ids.map((one) => ({ kind: of, id: one, isPart: true }))
  if (kind === 'model') return part('version', await registryPurge.versionIdsOfModel(db, id))
  if (kind !== 'experiment') return []
  const runs = await trackingPurge.runIdsOfExperiment(db, id)
  const own = new Set(runs)
  const models = await trackingPurge.readPurgeModels(db, await trackingPurge.loggedModelIdsOfExperiment(db, id))
  return [
    ...part('run', runs),
    ...part(
      'logged_model',
      models.filter((model) => !own.has(model.source_run_id)).map((model) => model.id),
    ),
  ]
}
