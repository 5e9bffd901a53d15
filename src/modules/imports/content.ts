import { hash } from 'node:crypto'
import { sha256 } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import { type CleanRun, sorted } from './clean.ts'

/** A point as it is stored: NaN is 0 with a mark, infinities are the largest doubles. */
export type StoredPoint = { step: number; timestamp: number; value: number; is_nan: 0 | 1 }

/**
 * The points of a run in any order: their number, their keys, and the exclusive or of their hashes. It finds accidents, which is
 * what a copy is checked for; no point may come twice.
 */
export type PointSum = { count: number; keys: Map<string, number>; sum: Uint32Array }

export const noPoints = (): PointSum => ({ count: 0, keys: new Map(), sum: new Uint32Array(8) })

export function addPoint(to: PointSum, key: string, { step, timestamp, value, is_nan }: StoredPoint): void {
  const bytes = hash('sha256', `${key}\n${step}\n${timestamp}\n${value}\n${is_nan}`, 'buffer')
  for (let i = 0; i < 8; i++) to.sum[i] = (to.sum[i] ?? 0) ^ bytes.readUInt32LE(i * 4)
  to.count++
  to.keys.set(key, (to.keys.get(key) ?? 0) + 1)
}

/** One digest for all that an import brings of a run, the same for what the source says and for what is stored. */
export function contentDigest(run: Omit<CleanRun, 'location'>, points: PointSum): Digest {
  const pairs = (list: readonly { key: string; value: string }[]) => list.map(({ key, value }) => [key, value])
  return sha256(
    JSON.stringify([
      [run.id, run.experiment_id, run.name, run.user, run.status, run.start_time, run.end_time, run.deleted],
      pairs(run.params),
      pairs(run.tags),
      sorted(
        run.inputs.map((input) => [
          JSON.stringify([input.name, input.digest]),
          input.source_type,
          input.source,
          input.schema,
          input.profile,
          pairs(input.tags),
        ]),
        ([name]) => String(name),
      ),
      run.models.map(({ direction, model_id, step }) => [direction, model_id, step]),
      points.count,
      Buffer.from(points.sum.buffer).toString('hex'),
    ]),
  )
}
