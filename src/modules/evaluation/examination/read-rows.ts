import { badRequest } from '../../../lib/errors.ts'
import type { Column } from '../metrics/explanation/index.ts'
import type { Protocol } from '../schema.ts'
import { GroupEncoder } from './groups.ts'
import { Heard, type PredictionSource } from './heard.ts'
import type { Said } from './said.ts'
import type { Table, Wanted } from './table.ts'
import type { ExaminationLimits } from './task.ts'
import { TruthReader } from './truth.ts'

/** Every row of a dataset: what was true, what was predicted, its groups, and the columns that were asked for. */
export type Rows = {
  readonly n: number
  readonly said: Said
  readonly groups: readonly GroupEncoder[]
  readonly columns: ReadonlyMap<string, Column['values']>
}

export type Kept = { readonly as: 'any' | 'number' | 'text'; readonly column: string }

export type ReadOptions = {
  readonly protocol: Protocol
  readonly limits: ExaminationLimits
  readonly source: PredictionSource
  /** Columns whose values are kept, as the model takes them or as they are. */
  readonly keep: readonly Kept[]
  readonly report: (share: number) => void
}

/** Reads a table once from end to end, scoring as it goes. */
export async function readRows(table: Table, options: ReadOptions): Promise<Rows> {
  const { protocol, limits, source, keep, report } = options
  const truth = new TruthReader(protocol)
  const fed = source.wanted()
  const wanted: Wanted[] = [
    ...truth.wanted(),
    ...protocol.protected.map((column) => ({ as: 'text' as const, column })),
    ...fed,
    ...keep,
  ]
  const [groupsAt, fedAt] = [truth.wanted().length, truth.wanted().length + protocol.protected.length]
  const keepAt = fedAt + fed.length
  const n = await table.load(wanted)
  const groups = protocol.protected.map((name) => new GroupEncoder(name, n))
  const kept = keep.map(({ as, column }) =>
    as === 'number' || (as === 'any' && table.isNumeric(column))
      ? new Float64Array(n)
      : new Array<unknown>(n).fill(null),
  )
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
    done += rows
    if (process.memoryUsage.rss() > limits.memoryMb * 1024 * 1024) {
      throw badRequest(`scoring needed more than ${limits.memoryMb} MB of memory`)
    }
    report(done / n)
  }
  const said = heard.settle(truth, source)
  return { n, said, groups, columns: new Map(keep.map(({ column }, i) => [column, kept[i] ?? []])) }
}

function fill(into: Float64Array | unknown[], values: readonly unknown[], from: number): void {
  if (into instanceof Float64Array) {
    for (const [i, value] of values.entries()) into[from + i] = value === null ? Number.NaN : Number(value)
  } else for (const [i, value] of values.entries()) into[from + i] = value
}
