import { isDead, newWorkerName } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import { importExperiments } from './experiments.ts'
import { importFiles } from './files.ts'
import { importLoggedModels } from './logged-models.ts'
import { importAliases, importModels } from './models.ts'
import { importRuns } from './runs.ts'
import {
  type ImportCheck,
  type ImportId,
  ImportPhase,
  type ImportPlan,
  type ImportReport,
  ImportTally,
} from './schema.ts'
import * as store from './store.ts'
import type { ImportRow } from './tables.ts'
import { noTally } from './tally.ts'
import { createTrip, type ImportParts, Interrupted, leaseEnd, type Trip, type TripOptions } from './trip.ts'
import { verify } from './verify.ts'
import { importVersions } from './versions.ts'

export type Imports = ReturnType<typeof createImports>

const renewEvery = 20_000

/** Brings what another tracker recorded into the workspace: looked at first, taken up again where it stopped, checked at the end. */
export function createImports(parts: ImportParts) {
  const { connection, clock, write } = parts

  /** Reads the source and writes nothing: what it has, what is here already, and every problem. */
  async function plan(options: TripOptions): Promise<ImportPlan> {
    const trip = createTrip(parts, options, undefined)
    const counts = await options.source.counts()
    // Where the source cannot count points, the cheap ones are read and the costly ones are left to the import.
    const countPoints = counts.points === undefined && options.source.cheapPoints
    for (const phase of ImportPhase.options) {
      trip.begin(phase)
      await stepOf(trip, phase, null, countPoints)
    }
    const { brought, unchanged, refused } = trip.tally
    const sum = (key: keyof typeof brought) => brought[key] + unchanged[key] + refused[key]
    const knows = counts.points !== undefined || countPoints
    const found = {
      ...brought,
      ...Object.fromEntries((Object.keys(brought) as (keyof typeof brought)[]).map((key) => [key, sum(key)])),
      ...counts,
    }
    return {
      source: options.source.label,
      found: {
        ...found,
        points: knows ? found.points : null,
        metrics: counts.metrics !== undefined || countPoints ? found.metrics : null,
      },
      known: {
        experiments: unchanged.experiments,
        runs: unchanged.runs,
        models: unchanged.models,
        versions: unchanged.versions,
      },
      problems: trip.problems,
    }
  }

  /** Throws `conflict` while another process imports the same source. */
  async function run(actor: Actor, options: TripOptions): Promise<ImportReport> {
    const { row, resumed } = await begin(actor, options)
    const id = row.id as ImportId
    const tally = ImportTally.parse(JSON.parse(row.counts))
    const trip = createTrip(parts, options, { id, actor, tally })
    const renewal = setInterval(() => {
      connection.writer.commit((tx) => store.updateImport(tx, id, { leased_until: leaseEnd(clock) })).catch(() => {})
    }, renewEvery)
    renewal.unref()
    let checks: ImportCheck[] = []
    let outcome: ImportReport['outcome'] = 'interrupted'
    try {
      checks = await goThrough(trip, row)
      outcome = checks.every(({ expected, found }) => expected === found) ? 'verified' : 'different'
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        await finish(actor, id, 'interrupted', trip).catch(() => {})
        throw error
      }
    } finally {
      clearInterval(renewal)
    }
    const state = outcome === 'verified' ? 'done' : outcome === 'different' ? 'failed' : 'interrupted'
    await finish(actor, id, state, trip)
    const last = await store.findImport(connection.db, id)
    return {
      id,
      source: row.label,
      outcome,
      resumed,
      started_at: row.started_at,
      finished_at: last?.finished_at ?? null,
      ...trip.tally,
      checks,
      problems: await store.listProblems(connection.db, id),
    }
  }

  /** Phases that are done are only walked through again where later ones need to know what became of them. */
  async function goThrough(trip: Trip, row: ImportRow): Promise<ImportCheck[]> {
    const reached = ImportPhase.options.indexOf(row.phase)
    for (const [index, phase] of ImportPhase.options.entries()) {
      const isDone = index < reached
      if (isDone && phase !== 'experiments' && phase !== 'models') continue
      trip.begin(phase)
      if (phase === 'verify') return verify(trip)
      const cursor = index === reached ? row.cursor : null
      if (index > reached) await trip.note({ cursor: null })
      await stepOf(trip, phase, cursor, false)
    }
    return []
  }

  async function begin(actor: Actor, { source, prefix }: TripOptions): Promise<{ row: ImportRow; resumed: boolean }> {
    const worker = newWorkerName()
    return write(actor, async (tx, record) => {
      const last = await store.findLast(tx, source.key)
      const now = isoNow(clock)
      if (last?.state === 'running') {
        const isHeld = last.worker !== null && !isDead(last.worker) && (last.leased_until ?? '') > now
        if (isHeld) throw conflict(`another process imports ${last.label} since ${last.started_at}`)
      }
      if (last && (last.state === 'running' || last.state === 'interrupted')) {
        if (last.prefix !== prefix) {
          throw conflict(`an import of ${last.label} was stopped; it goes on with the prefix "${last.prefix}" only`)
        }
        const change = { state: 'running' as const, worker, leased_until: leaseEnd(clock), finished_at: null }
        await store.updateImport(tx, last.id, change)
        record('import.resumed', `import:${last.id}`, { source: last.label, phase: last.phase })
        return { row: { ...last, ...change }, resumed: true }
      }
      const row: ImportRow = {
        id: newId('imp', clock.now().getTime()),
        source: source.key,
        label: source.label,
        prefix,
        state: 'running',
        phase: 'experiments',
        cursor: null,
        counts: JSON.stringify(noTally()),
        actor_id: actor.id,
        started_at: now,
        finished_at: null,
        worker,
        leased_until: leaseEnd(clock),
      }
      await store.insertImport(tx, row)
      record('import.started', `import:${row.id}`, { source: source.label, prefix })
      return { row, resumed: false }
    })
  }

  async function finish(
    actor: Actor,
    id: ImportId,
    state: 'done' | 'failed' | 'interrupted',
    trip: Trip,
  ): Promise<void> {
    await write(actor, async (tx, record) => {
      const finished_at = isoNow(clock)
      await store.updateImport(tx, id, { state, worker: null, leased_until: null, finished_at })
      const action = { done: 'import.finished', failed: 'import.failed', interrupted: 'import.interrupted' }[state]
      record(action, `import:${id}`, { ...trip.tally })
    })
  }

  return { plan, run }
}

async function stepOf(trip: Trip, phase: ImportPhase, cursor: string | null, countPoints: boolean): Promise<void> {
  switch (phase) {
    case 'experiments':
      return importExperiments(trip)
    case 'logged_models':
      return importLoggedModels(trip)
    case 'runs':
      return importRuns(trip, cursor, countPoints)
    case 'artifacts':
      // Only looking, the files were looked at with their runs.
      return trip.dry ? undefined : importFiles(trip, cursor)
    case 'models':
      return importModels(trip)
    case 'versions':
      await importVersions(trip)
      return importAliases(trip)
    case 'verify':
      return undefined
  }
}
