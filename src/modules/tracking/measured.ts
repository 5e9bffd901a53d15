import type { AppError } from '../../lib/errors.ts'
import type { LatestRow, PointRow } from './tables.ts'

/** A point as a client measured it; of a logged model and on a dataset, if it says so. */
export type Measured = {
  key: string
  value: number
  timestamp: number
  step: number
  model_id?: string | undefined
  dataset_name?: string | undefined
  dataset_digest?: string | undefined
}
export type KeyValue = { key: string; value: string }

/** What one request logs to one run. `single` says that the request can carry one thing only, for its messages. */
export type LogInput = {
  runId: string
  metrics?: readonly Measured[]
  params?: readonly KeyValue[]
  tags?: readonly KeyValue[]
  single?: boolean
}

export type LogOutcome = { kind: 'logged' } | { kind: 'sealed' } | { kind: 'refused'; error: AppError }
export type LogRequest = { input: LogInput; actorId: string }

/** The largest double stands for infinity, and 0 with a mark for NaN. */
export function stored({ value, step, timestamp }: Measured): Omit<PointRow, 'series'> {
  const clipped = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) + 0
  return Number.isNaN(value) ? { value: 0, is_nan: 1, step, timestamp } : { value: clipped, is_nan: 0, step, timestamp }
}

/** The latest point of a series is the one with the largest step, then time, then value: the last one by primary key. */
export function isLater(a: Omit<PointRow, 'series'>, b: Omit<PointRow, 'series'>): boolean {
  if (a.step !== b.step) return a.step > b.step
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp
  if (a.value !== b.value) return a.value > b.value
  return a.is_nan > b.is_nan
}

/** Takes a further point of a series into what is known of it; false when that stays as it was. */
export function advance(row: LatestRow, point: Omit<PointRow, 'series'>): boolean {
  if (isLater(point, row)) {
    Object.assign(row, point, { in_order: point.timestamp < row.timestamp ? 0 : row.in_order })
    return true
  }
  // It goes somewhere before the end, and whether its time fits there is not looked up.
  if (row.in_order === 0 || !isLater(row, point)) return false
  row.in_order = 0
  return true
}
