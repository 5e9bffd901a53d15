import { AppError, badRequest } from '../../../../lib/errors.ts'
import { wilson } from '../../../../lib/statistics/index.ts'
import { takeRows } from '../../metrics/explanation/index.ts'
import { ok } from '../../metrics/index.ts'
import { findLeaks, type LeakColumn } from '../../metrics/leakage.ts'
import { membershipInference } from '../../metrics/membership.ts'
import { PrivacySettings } from '../../protocol-schema.ts'
import type { PrivacyResult } from '../../schema.ts'
import { type Rows, readRows } from '../read-rows.ts'
import { asBinary, type Said } from '../said.ts'
import { sampleRows, takeSaid } from '../sample.ts'
import { modelSource } from '../sources.ts'
import { openTable } from '../table.ts'
import { type Examined, frameOf, type Measured } from './examined.ts'

const rounds = 200
const mostNamed = 10

/** What the model gives away about the rows it was trained on, and columns that give away label or person. */
export async function measurePrivacy(examined: Examined): Promise<Measured> {
  const { task, rows, asked, report } = examined
  const { protocol } = task
  const settings = PrivacySettings.parse(protocol.privacy ?? {})
  const y = asBinary(rows.said)
  if (!y) throw badRequest('the protocol is for scores without labels, so nothing can be given away')
  const names = asked ? asked.scorer.columns.map(({ column }) => column) : [...rows.columns.keys()]
  const chosen = sampleRows(rows.n, settings.rows, protocol.seed)
  const frame = takeRows(frameOf(rows, names), chosen)
  const labels = Uint8Array.from(chosen, (row) => y[row] ?? 0)
  const leaks = findLeaks(
    labels,
    frame.columns.map(
      ({ name, values }): LeakColumn =>
        values instanceof Float64Array
          ? { name, numbers: values, words: null }
          : { name, numbers: null, words: values.map((value) => (value === null ? null : String(value))) },
    ),
  )
  report(0.2)
  const membership = await membershipOf(examined, chosen, settings)
  const result: PrivacyResult = { n: rows.n, leaks: leaks.map((leak) => ({ ...leak })), ...membership }
  return { parameters: { privacy: { rows: settings.rows, rounds } }, result }
}

type Membership = Pick<PrivacyResult, 'membership' | 'no_membership'>

async function membershipOf(examined: Examined, chosen: Uint32Array, settings: PrivacySettings): Promise<Membership> {
  const { task, rows, asked, report } = examined
  const none = (reason: string): Membership => ({ membership: null, no_membership: reason })
  if (!asked) return none('a prediction table has no training rows to compare with')
  if (task.source.kind !== 'model') return none('training data are not sent to an endpoint')
  if (!task.training) return none('no stored dataset is known as the training data of this version')
  const { model, scorer } = asked
  const { protocol, limits } = task
  const source = await modelSource(model, task.source.file, protocol)
  let training: Rows
  const table = await openTable(task.training, {
    rows: limits.rows,
    memoryMb: Math.floor(limits.memoryMb / 4),
    tempDir: examined.tempDir,
  })
  try {
    const withoutGroups = { ...protocol, protected: [] }
    training = await readRows(table, {
      protocol: withoutGroups,
      limits,
      source,
      keep: scorer.columns,
      report: (share) => report(0.2 + share * 0.5),
    })
  } catch (error) {
    if (error instanceof AppError) return none(`the training data cannot be scored: ${error.message}`)
    throw error
  } finally {
    table.close()
  }
  const names = scorer.columns.map(({ column }) => column)
  const own = sampleRows(training.n, settings.rows, protocol.seed)
  const losses = async (of: Rows, some: Uint32Array) =>
    scorer.losses(takeRows(frameOf(of, names), some), takeSaid(alike(of.said, rows.said), some))
  const [train, holdout] = [await losses(training, own), await losses(rows, chosen)]
  report(0.9)
  const known = new Set(keysOf(training, names))
  const shared = keysOf(rows, names).filter((key) => known.has(key)).length
  const measured = membershipInference(train, holdout, protocol.seed, rounds)
  const surest = holdout.slice().sort()[Math.floor(holdout.length / 100)] ?? 0
  return {
    membership: {
      ...measured,
      memorised: [...train.keys()]
        .filter((i) => (train[i] ?? 0) < surest)
        .sort((a, b) => (train[a] ?? 0) - (train[b] ?? 0) || a - b)
        .slice(0, mostNamed)
        .map((i) => ({ row: own[i] ?? i, loss: train[i] ?? 0 })),
      overlap: ok(shared / rows.n, { interval: wilson(shared, rows.n), count: shared, n: rows.n }),
    },
    no_membership: null,
  }
}

/** Classes of the training data by the numbers that they have in the dataset. */
function alike(said: Said, as: Said): Said {
  if (said.task !== 'multiclass' || as.task !== 'multiclass') return said
  const byCode = said.labels.map((label) => as.labels.indexOf(label))
  return { ...said, labels: as.labels, places: as.places, y: said.y.map((code) => byCode[code] ?? 0) }
}

/** Inputs and label of every row as one text. */
function keysOf({ n, columns, said }: Rows, names: readonly string[]): string[] {
  const values = names.map((name) => columns.get(name) ?? [])
  const label = (row: number) => {
    if (said.task === 'scores') return ''
    return said.task === 'multiclass' ? said.labels[said.y[row] ?? 0] : said.y[row]
  }
  return Array.from({ length: n }, (_, row) => JSON.stringify([label(row), ...values.map((each) => each[row])]))
}
