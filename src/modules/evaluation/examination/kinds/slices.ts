import { badRequest } from '../../../../lib/errors.ts'
import { takeRows } from '../../metrics/explanation/index.ts'
import {
  compareSlices,
  cutNumbers,
  cutWords,
  findSlices,
  type SliceColumn,
  type SliceSearch,
} from '../../metrics/slices.ts'
import { SliceSettings } from '../../protocol-schema.ts'
import type { SlicesResult } from '../../schema.ts'
import { openModel } from '../model.ts'
import { lossesOf } from '../said.ts'
import { sampleRows, takeSaid } from '../sample.ts'
import { createScorer } from '../scorer.ts'
import { type Examined, frameOf, type Measured } from './examined.ts'

const mostChanges = 200

/** Where the model does worst, and where it does worse than the version before. */
export async function measureSlices(examined: Examined): Promise<Measured> {
  const { task, rows, report } = examined
  const { protocol } = task
  const settings = SliceSettings.parse(protocol.slices ?? {})
  const chosen = sampleRows(rows.n, settings.rows, protocol.seed)
  const said = takeSaid(rows.said, chosen)
  const lost = lossesOf(said)
  if (!lost) throw badRequest('the protocol is for scores without labels, so no row is more wrong than another')
  const names = settings.columns ?? defaultSliceColumns(examined)
  const frame = takeRows(frameOf(rows, names), chosen)
  const columns = frame.columns.map(
    ({ name, values }): SliceColumn =>
      values instanceof Float64Array ? cutNumbers(name, values) : cutWords(name, values.map(wordOf)),
  )
  report(0.2)
  const { depth, fewest, most } = settings
  const search = (losses: Float64Array) => findSlices(losses, columns, { depth, fewest, most })
  const found = search(lost.losses)
  report(0.6)
  const before = await regressions(examined, chosen, columns, fewest)
  const result: SlicesResult = {
    n: rows.n,
    searched: chosen.length,
    loss: lost.name,
    columns: [...names],
    ...written(found),
    ...before,
  }
  return { parameters: { slices: { ...settings, columns: names } }, result }
}

const written = ({ slices, ...rest }: SliceSearch) => ({
  ...rest,
  slices: slices.map((slice) => ({ ...slice, conditions: slice.conditions.map((each) => ({ ...each })) })),
})

const wordOf = (value: unknown) => (value === null || value === undefined ? null : String(value))

function defaultSliceColumns({ asked, rows, task: { protocol } }: Examined): string[] {
  const taken = asked ? asked.scorer.columns.map(({ column }) => column) : [...rows.columns.keys()]
  return [...new Set([...taken, ...protocol.protected])].filter((name) => rows.columns.has(name))
}

async function regressions(
  { task, rows, asked }: Examined,
  chosen: Uint32Array,
  columns: readonly SliceColumn[],
  fewest: number,
): Promise<Pick<SlicesResult, 'regressions' | 'no_regressions'>> {
  const { previous, protocol } = task
  const none = (reason: string) => ({ regressions: null, no_regressions: reason })
  if (!asked) return none('a prediction table says nothing about the version before')
  if (!previous) return none('no version before this one can be scored')
  try {
    const model = await openModel(previous, protocol)
    const scorer = createScorer(model, rows.said, protocol)
    const missing = scorer.columns.find(({ column }) => !rows.columns.has(column))
    if (missing)
      return none(`version ${previous.version} takes the column "${missing.column}", which this one does not`)
    const said = takeSaid(rows.said, chosen)
    const frame = (columns: readonly { column: string }[]) =>
      takeRows(
        frameOf(
          rows,
          columns.map(({ column }) => column),
        ),
        chosen,
      )
    const now = await asked.scorer.losses(frame(asked.scorer.columns), said)
    const then = await scorer.losses(frame(scorer.columns), said)
    const mean = (losses: Float64Array) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    const changes = compareSlices(then, now, columns, fewest).slice(0, mostChanges)
    return {
      regressions: { version: previous.version, before: mean(then), after: mean(now), changes },
      no_regressions: null,
    }
  } catch (error) {
    return none(
      `version ${previous.version} cannot be scored on this dataset: ${error instanceof Error ? error.message : error}`,
    )
  }
}
