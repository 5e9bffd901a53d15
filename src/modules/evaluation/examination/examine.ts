import { badRequest } from '../../../lib/errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { binaryPerformance, groupFairness } from '../metrics/index.ts'
import type { EvidenceKind } from '../schema.ts'
import { ClassVotes } from './favourable-class.ts'
import { GroupEncoder } from './groups.ts'
import { type Model, openModel } from './model.ts'
import { openTable, quoted, type Table, type Wanted } from './table.ts'
import type { ExaminationTask, Finding, Report } from './task.ts'

/** Share of the whole work that is done when scoring ends. */
const scored = 0.7
/** Sums of single-precision numbers may miss 1 by this much. */
const slack = 1e-5

/**
 * Scores a model on a dataset and measures what the protocol asks for. Whatever stands in the way is a bad_request with a
 * sentence for the person who asked. The same files and protocol give the same findings.
 */
export async function examine(task: ExaminationTask, tempDir: string, report: Report): Promise<Finding[]> {
  const { protocol, kinds, limits } = task
  if (kinds.includes('fairness') && protocol.protected.length === 0) {
    throw badRequest('the protocol names no protected attribute, so there is no fairness to measure')
  }
  report(0, 'reading the dataset')
  const table = await openTable(task.dataset, { rows: limits.rows, memoryMb: Math.floor(limits.memoryMb / 2), tempDir })
  try {
    const model = await openModel(task)
    const rows = await score(task, model, table, report)
    const findings: Finding[] = []
    if (kinds.includes('performance')) {
      report(scored, 'measuring performance')
      findings.push(finding('performance', task, model, rows))
    }
    if (kinds.includes('fairness')) {
      report(0.85, 'measuring fairness')
      findings.push(finding('fairness', task, model, rows))
    }
    return findings
  } finally {
    table.close()
  }
}

type Rows = { y: Uint8Array; score: Float64Array; classColumn: 0 | 1; groups: readonly GroupEncoder[] }

async function score({ protocol, limits }: ExaminationTask, model: Model, table: Table, report: Report): Promise<Rows> {
  const wanted: Wanted[] = [
    { as: 'label', column: protocol.label, positive: protocol.positive },
    ...protocol.protected.map((column) => ({ as: 'text' as const, column })),
  ]
  const places = new Map<string, number>()
  for (const { type, columns } of model.inputs) {
    const as = type === 'string' ? 'text' : type === 'float32' || type === 'float64' ? 'number' : 'integer'
    for (const column of columns) {
      if (!places.has(column)) places.set(column, wanted.push({ as, column }) - 1)
    }
  }
  const n = await table.load(wanted)
  const y = new Uint8Array(n)
  const groups = protocol.protected.map((name) => new GroupEncoder(name, n))
  const first = new Float64Array(n)
  const second = new Float64Array(n)
  const votes = new ClassVotes()
  let done = 0
  for await (const { rows, columns } of table.batches()) {
    y.set(Uint8Array.from(columns[0] ?? [], Number), done)
    groups.forEach((group, i) => {
      group.add(columns[i + 1] ?? [])
    })
    const { probabilities, labels } = await model.score(rows, (column) => columns[places.get(column) ?? -1] ?? [])
    const [low, high] = bothClasses(probabilities)
    first.set(low, done)
    second.set(high, done)
    if (labels) votes.add(labels, low, high)
    done += rows
    if (process.memoryUsage.rss() > limits.memoryMb * 1024 * 1024) {
      throw badRequest(`scoring needed more than ${limits.memoryMb} MB of memory`)
    }
    report(0.1 + ((scored - 0.1) * done) / n, 'scoring')
  }
  requireBothLabels(y, protocol)
  const classColumn = votes.columnOf(protocol.positive)
  const chosen = classColumn === 1 ? second : first
  requireProbabilities(chosen, model.output)
  return { y, score: chosen, classColumn, groups }
}

/** A single column is the probability of class 1. */
function bothClasses(probabilities: readonly Float64Array[]): [Float64Array, Float64Array] {
  const [low, high] = probabilities
  if (low && high) return [low, high]
  const only = low ?? new Float64Array()
  return [only.map((value) => 1 - value), only]
}

function requireBothLabels(y: Uint8Array, { label, positive }: ExaminationTask['protocol']): void {
  const favourable = y.reduce((sum, value) => sum + value, 0)
  if (favourable === 0)
    throw badRequest(`no row has the favourable value "${positive}" in the label column ${quoted(label)}`)
  if (favourable === y.length) {
    throw badRequest(
      `every row has the value "${positive}" in the label column ${quoted(label)}; there is nothing to tell apart`,
    )
  }
}

function requireProbabilities(values: Float64Array, output: string): void {
  values.forEach((value, row) => {
    if (Number.isNaN(value)) throw badRequest(`the model gives no number for row ${row + 1} of the dataset`)
    if (value < -slack || value > 1 + slack) {
      throw badRequest(`the output "${output}" is not a probability: it is ${value} for row ${row + 1}`)
    }
    values[row] = Math.min(1, Math.max(0, value))
  })
}

function finding(kind: EvidenceKind, { protocol }: ExaminationTask, model: Model, rows: Rows): Finding {
  const { y, score, groups, classColumn } = rows
  const { label, positive, threshold, inputs, confidence, seed, bootstrap, intersections } = protocol
  const common = { label, positive, threshold, inputs, confidence, seed, bootstrap }
  const parameters = { ...common, score: { output: model.output, class: classColumn } }
  const rounds = { seed, rounds: bootstrap }
  switch (kind) {
    case 'performance': {
      const measured = binaryPerformance({ y, score, threshold, ...(bootstrap > 0 ? { bootstrap: rounds } : {}) })
      return { kind, parameters, result: plain(measured) }
    }
    case 'fairness': {
      const attributes = groups.map((group) => group.attribute())
      const predicted = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
      const measured = groupFairness({ y, predicted, score, attributes, intersections, ...rounds })
      return {
        kind,
        parameters: { ...parameters, protected: protocol.protected, intersections },
        result: plain(measured),
      }
    }
  }
}

/** As JSON has it: no undefined, no typed arrays. */
const plain = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject
