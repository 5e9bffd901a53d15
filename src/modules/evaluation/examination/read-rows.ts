import { badRequest } from '../../../lib/errors.ts'
import type { Column } from '../metrics/explanation/index.ts'
import type { Protocol } from '../schema.ts'
import { GroupEncoder } from './groups.ts'
import { Heard, type PredictionSource } from './heard.ts'
import type { Said } from './said.ts'
import { sampleRows } from './sample.ts'
import type { Table, Wanted } from './table.ts'
import type { ExaminationLimits } from './task.ts'
import { TruthReader } from './truth.ts'

/** Every row of a dataset: what was true, what was predicted, its groups, and the columns that were asked for. */
export type Rows = {
  readonly n: number
  readonly said: Said
  readonly groups: readonly GroupEncoder[]
  readonly columns: ReadonlyMap<string, Column['values']>
  /** Some rows of what was asked for in `sample`; null where nothing was. */
  readonly sampled: { readonly rows: Uint32Array; readonly columns: ReadonlyMap<string, Column['values']> } | null
}

export type Kept = { readonly as: 'any' | 'number' | 'text'; readonly column: string }

export type ReadOptions = {
  readonly protocol: Protocol
  readonly limits: ExaminationLimits
  readonly source: PredictionSource
  /** Columns whose values are kept, as the model takes them or as they are. */
  readonly keep: readonly Kept[]
  /** Columns of which a few rows are enough. */
  readonly sample?: { readonly columns: readonly Kept[]; readonly rows: number }
  readonly report: (share: number) => void
}

/** Reads a table once from end to end, scoring as it goes. */
export async function readRows(table: Table, options: ReadOptions): Promise<Rows> {
  const { protocol, limits, source, keep, sample, report } = options
  const truth = new TruthReader(protocol)
  const fed = source.wanted()
  const wanted: Wanted[] = [
    ...truth.wanted(),
    ...protocol.protected.map((column) => ({ as: 'text' as const, column })),
    ...fed,
    ...keep,
    ...(sample?.columns ?? []),
  ]
  const [groupsAt, fedAt] = [truth.wanted().length, truth.wanted().length + protocol.protected.length]
  const keepAt = fedAt + fed.length
  const sampleAt = keepAt + keep.length
  const n = await table.load(wanted)
  const groups = protocol.protected.map((name) => new GroupEncoder(name, n))
  const room = (rows: number) => (each: Kept) => emptyColumn(each, table, rows)
  const kept = keep.map(room(n))
  const chosen = sampleRows(n, sample?.rows ?? 0, protocol.seed)
  const sampled = (sample?.columns ?? []).map(room(chosen.length))
  let next = 0
  const heard = new Heard(n, protocol)
  truth.expect(n)
  let done = 0
  for await (const { rows, columns } of table.batches()) {
    truth.add(columns[0] ?? [], done)
    groups.forEach((group, i) => {
      group.add(columns[groupsAt + i] ?? [])
    })
    heard.add(await source.predict(rows, columns.slice(fedAt, keepAt)), done)
    for (const [i, values] of kept.entries()) fill(values, columns[keepAt + i] ?? [], done)
    for (; (chosen[next] ?? n) < done + rows; next++) {
      const row = (chosen[next] ?? 0) - done
      for (const [i, values] of sampled.entries()) fill(values, [columns[sampleAt + i]?.[row] ?? null], next)
    }
    done += rows
    if (process.memoryUsage.rss() > limits.memoryMb * 1024 * 1024) {
      throw badRequest(`scoring needed more than ${limits.memoryMb} MB of memory`)
    }
    report(done / n)
  }
  const said = heard.settle(truth, source)
  return {
    n,
    said,
    groups,
    columns: named(keep, kept),
    sampled: sample ? { rows: chosen, columns: named(sample.columns, sampled) } : null,
  }
}

const named = (columns: readonly Kept[], values: readonly Column['values'][]) =>
  new Map(columns.map(({ column }, i) => [column, values[i] ?? []]))

const emptyColumn = ({ as, column }: Kept, table: Table, rows: number) =>
  as === 'number' || (as === 'any' && table.isNumeric(column))
    ? new Float64Array(rows)
    : new Array<unknown>(rows).fill(null)

function fill(into: Float64Array | unknown[], values: readonly unknown[], from: number): void {
  if (into instanceof Float64Array) {
    for (const [i, value] of values.entries()) into[from + i] = value === null ? Number.NaN : Number(value)
  } else for (const [i, value] of values.entries()) into[from + i] = value
}
