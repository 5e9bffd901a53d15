import { badRequest } from '../../../lib/errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { counterfactuals, type Frame, takeRows } from '../metrics/explanation/index.ts'
import { ExplanationSettings } from '../protocol-schema.ts'
import type { DecisionResult } from '../schema.ts'
import { nobody } from './asking.ts'
import { attribute } from './attribution.ts'
import { withExamined } from './examine.ts'
import { type Examined, frameOf, plain } from './kinds/examined.ts'
import { reasonsOf, short, thresholdOf, told, wordOf } from './reasons.ts'
import { sampleRows } from './sample.ts'
import { quoted, type Table } from './table.ts'
import type { DecisionTask, Report } from './task.ts'

const budget = 4_000_000
/** Rows whose values counterfactuals may take. */
const mostValues = 5000

/** Why one row got its prediction, and the nearest rows that would not have. */
export async function explainDecision(task: DecisionTask, tempDir: string, report: Report): Promise<JsonObject> {
  return withExamined(
    { ...task, kinds: [] },
    { tempDir, report, looks: true, ask: nobody },
    async (examined, table) => {
      report(0.5, 'explaining the row')
      return plain(await explained(task, examined, await rowOf(task, table, examined)))
    },
  )
}

async function rowOf({ decision, dataset }: DecisionTask, table: Table, { rows }: Examined): Promise<number> {
  const { which } = decision
  if ('row' in which) {
    if (which.row < rows.n) return which.row
    throw badRequest(`the dataset ${dataset.name} has ${rows.n} rows, so there is no row ${which.row} (counted from 0)`)
  }
  const found = await table.rowsWith(which.column, which.value)
  const [row] = found
  if (row === undefined) throw badRequest(`no row has the value asked for in the column ${quoted(which.column)}`)
  if (found.length > 1) {
    throw badRequest(`several rows have the value asked for in the column ${quoted(which.column)}; it must name one`)
  }
  return row
}

async function explained(task: DecisionTask, { rows, asked }: Examined, row: number): Promise<DecisionResult> {
  const { protocol, decision } = task
  if (!asked) throw badRequest('a decision can be explained only where the model can be asked')
  const { scorer, model } = asked
  const settings = ExplanationSettings.parse(protocol.explanation ?? {})
  const names = scorer.columns.map(({ column }) => column)
  const frame = frameOf(rows, names)
  const own = takeRows(frame, [row])
  const [prediction = Number.NaN] = await scorer.predict(own)
  const threshold = thresholdOf(protocol)
  const background = takeRows(frame, sampleRows(rows.n, settings.background, protocol.seed + 1))
  const reasons = decision.kinds.includes('reasons')
    ? await attribute(own, background, {
        model,
        path: asked.path,
        said: rows.said,
        predict: scorer.predict,
        seed: protocol.seed,
        budget,
        report: () => {},
      })
    : null
  const fixed = [...new Set([...(protocol.fixed ?? []), ...protocol.protected])].filter((name) => names.includes(name))
  return {
    row,
    explains: scorer.explains,
    prediction,
    threshold,
    favourable: threshold === null ? null : prediction >= threshold,
    reasons: reasons && reasonsOf(reasons, own, { row: 0, background: background.rows, explains: scorer.explains }),
    counterfactuals:
      decision.kinds.includes('counterfactuals') && threshold !== null
        ? await nearest(frame, row, threshold, fixed, task, scorer.predict)
        : null,
    fixed,
  }
}

async function nearest(
  frame: Frame,
  row: number,
  threshold: number,
  fixed: readonly string[],
  { protocol }: DecisionTask,
  predict: Parameters<typeof counterfactuals>[2],
): Promise<DecisionResult['counterfactuals']> {
  const others = sampleRows(frame.rows, mostValues, protocol.seed).filter((each) => each !== row)
  const some = takeRows(frame, Uint32Array.of(row, ...others))
  const found = await counterfactuals(some, 0, predict, { threshold, fixed })
  return found.map(({ changes, prediction, distance }) => {
    const named = changes.map(({ feature, from, to }) => ({ feature, from: told(from), to: told(to) }))
    const words = named.map(({ feature, from, to }) => `${feature} ${wordOf(to)} instead of ${wordOf(from)}`)
    return {
      changes: named,
      prediction,
      distance,
      sentence: `With ${words.join(' and ')} the prediction would be ${short(prediction)}`,
    }
  })
}
