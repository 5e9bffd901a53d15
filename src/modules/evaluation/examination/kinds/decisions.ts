import { digestOf } from '../../../../lib/digest.ts'
import { takeRows } from '../../metrics/explanation/index.ts'
import type { ExplanationResult, ExplanationSettings, StoredDecision } from '../../schema.ts'
import { attribute } from '../attribution.ts'
import { reasonsOf, thresholdOf } from '../reasons.ts'
import { sampleRows } from '../sample.ts'
import { type Examined, frameOf, plain } from './examined.ts'

/** Rows that are scored for the decisions of one explanation. */
const budget = 2_000_000
/** Reason codes that are kept of each. */
const mostCodes = 20

type Kept = {
  readonly decisions: readonly StoredDecision[]
  readonly summary: NonNullable<ExplanationResult['decisions']>
}

/** Reason codes of single decisions, as looking one up computes them. Undefined where the table names no rows. */
export async function keptDecisions(
  { task: { protocol }, rows, asked, report }: Examined,
  settings: ExplanationSettings,
): Promise<Kept | undefined> {
  const ids = protocol.id === undefined ? undefined : rows.columns.get(protocol.id)
  if (!asked || !ids || protocol.id === undefined || settings.decisions === 0) return undefined
  const { scorer, model, path, effort } = asked
  const chosen = onlyOnes(ids, sampleRows(rows.n, settings.decisions, protocol.seed + 4))
  const all = frameOf(
    rows,
    scorer.columns.map(({ column }) => column),
  )
  const own = takeRows(all, chosen)
  const background = takeRows(all, sampleRows(rows.n, settings.background, protocol.seed + 1))
  const threshold = thresholdOf(protocol)
  const given =
    chosen.length === 0
      ? undefined
      : await attribute(own, background, {
          model,
          path,
          said: rows.said,
          predict: scorer.predict,
          seed: protocol.seed,
          budget: budget * effort,
          report,
        })
  const decisions = Array.from(chosen.subarray(0, given?.rows ?? 0), (row, i): StoredDecision => {
    const prediction = given?.predictions[i] ?? Number.NaN
    const told = { row: i, background: background.rows, explains: scorer.explains, most: mostCodes }
    return {
      id: String(ids[row]),
      result: {
        row,
        explains: scorer.explains,
        prediction,
        threshold,
        favourable: threshold === null ? null : prediction >= threshold,
        reasons: given ? reasonsOf(given, own, told) : null,
        counterfactuals: null,
        fixed: [],
      },
    }
  })
  const plainly = plain({ decisions })
  return {
    decisions: plainly.decisions as StoredDecision[],
    summary: { column: protocol.id, n: decisions.length, of: rows.n, digest: digestOf(plainly) },
  }
}

/** Rows whose id is there and is nobody else's. */
function onlyOnes(ids: ArrayLike<unknown>, chosen: Uint32Array): Uint32Array {
  const times = new Map(Array.from(chosen, (row) => [ids[row], 0]))
  for (let row = 0; row < ids.length; row++) {
    const known = times.get(ids[row])
    if (known !== undefined) times.set(ids[row], known + 1)
  }
  return chosen.filter((row) => ids[row] !== null && times.get(ids[row]) === 1)
}
