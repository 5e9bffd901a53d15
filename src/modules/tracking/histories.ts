import type { Connection } from '../../db/connect.ts'
import * as store from './history-store.ts'

/** Points of one run. */
export type RunPoints = { run_id: string; points: readonly store.Point[] }

/** Points read at once: few enough that other requests do not wait for them. */
const batch = 5_000
/** A series that is not in the order of time is sorted for each batch, so that few batches are better. */
const sortedBatch = 50_000
/** Up to this many points a sample goes by the number of each step; beyond, it seeks. */
const mostNumbered = 100_000
/** What one run adds to a sampled answer, however many points its steps have. */
const mostOfRun = 25_000

/** All points of metrics, by time, step and value. */
export function createHistories({ connection: { db } }: { connection: Pick<Connection, 'db'> }) {
  /** At most `limit` points after one of them. */
  async function history(
    runId: string,
    key: string,
    page: { limit: number; after?: store.Point | undefined },
  ): Promise<store.Point[]> {
    const [series] = await store.findSeries(db, [runId], key)
    return series ? store.readPoints(db, series, page) : []
  }

  /** Every point, in batches, however many there are. Between two batches other requests get their turn. */
  async function* wholeHistory(runId: string, key: string): AsyncGenerator<store.Point[]> {
    const [series] = await store.findSeries(db, [runId], key)
    if (!series) return
    const limit = series.in_order === 1 ? batch : sortedBatch
    let after: store.Point | undefined
    for (;;) {
      const points = await store.readPoints(db, series, { limit, after })
      after = points.at(-1)
      if (after) yield points
      if (points.length < limit) return
      await new Promise(setImmediate)
    }
  }

  /** The histories of several runs one after the other, by the ids of the runs, cut off at `limit` points in all. */
  async function histories(runIds: readonly string[], key: string, limit: number): Promise<RunPoints[]> {
    const known = limit === 0 ? [] : await store.findSeries(db, runIds, key)
    if (known.length === 0) return []
    const together = await store.readTogether(
      db,
      known.map(({ series }) => series),
      limit + 1,
    )
    const runs = known.toSorted((a, b) => (a.run_id < b.run_id ? -1 : 1))
    if (together.length <= limit) {
      const bySeries = Map.groupBy(together, ({ series }) => series)
      return runs.map(({ run_id, series }) => ({ run_id, points: (bySeries.get(series) ?? []).toSorted(byTime) }))
    }
    const found: RunPoints[] = []
    let left = limit
    for (const series of runs) {
      if (left === 0) break
      const points = await store.readPoints(db, series, { limit: left })
      left -= points.length
      found.push({ run_id: series.run_id, points })
    }
    return found
  }

  /**
   * The points of several runs at a sample of their steps: at most `most` of them, spread over the steps between two of them (or
   * over all), and the first and the last step of every run.
   */
  async function* sampledHistories(
    runIds: readonly string[],
    key: string,
    { range, most }: { range: readonly [number, number] | undefined; most: number },
  ): AsyncGenerator<RunPoints> {
    const known = await store.findSeries(db, runIds, key)
    const ends = known.flatMap(({ first_step, last_step }) => [first_step, last_step])
    const from = Math.max(range?.[0] ?? -Infinity, Math.min(...ends))
    const to = Math.min(range?.[1] ?? Infinity, Math.max(...ends))
    if (known.length === 0 || from > to) return
    const sample = await sampledSteps(
      known.map(({ series }) => series),
      [from, to],
      most,
    )
    const inside = ends.filter((step) => step >= from && step <= to)
    const steps = [...new Set([...sample, ...inside])].sort((a, b) => a - b)
    const byRun = new Map(known.map((series) => [series.run_id, series]))
    for (const run_id of new Set(runIds)) {
      const series = byRun.get(run_id)
      if (!series) continue
      yield { run_id, points: await store.readAtSteps(db, series.series, steps, mostOfRun) }
      await new Promise(setImmediate)
    }
  }

  async function sampledSteps(series: readonly number[], range: readonly [number, number], most: number) {
    const points = await store.countBetween(db, series, range, mostNumbered + 1)
    const sample = points <= mostNumbered ? store.sampleExactly : store.sampleBySeeking
    return sample(db, series, range, most)
  }

  return { history, wholeHistory, histories, sampledHistories }
}

function byTime(a: store.Point, b: store.Point): number {
  return a.timestamp - b.timestamp || a.step - b.step || a.value - b.value || a.is_nan - b.is_nan
}
