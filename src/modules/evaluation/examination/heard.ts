import { badRequest } from '../../../lib/errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import type { Protocol } from '../schema.ts'
import { ClassVotes } from './favourable-class.ts'
import type { ScoredBatch } from './model.ts'
import type { Said } from './said.ts'
import type { Wanted } from './table.ts'
import { className, type TruthReader } from './truth.ts'

/** Whoever predicts: a model that is fed, or columns that have predictions already. */
export type PredictionSource = {
  readonly kind: 'model' | 'predictions' | 'endpoint'
  wanted(): readonly Wanted[]
  /** Of one batch; `columns` are those that were wanted. */
  predict(rows: number, columns: readonly (readonly unknown[])[]): Promise<ScoredBatch>
  /** Names of the classes in the order of the probabilities, where the source says them. */
  readonly classNames: readonly string[] | null
  /** What the columns of probabilities are called, for parameters and refusals. */
  readonly output: string
}

/** Sums of single-precision numbers may miss 1 by this much. */
const slack = 1e-5

/** Collects predictions batch by batch, and says at the end what they mean. */
export class Heard {
  readonly #n: number
  readonly #protocol: Protocol
  readonly #votes = new ClassVotes()
  #columns: Float64Array[] = []
  #labels: string[] | null = null

  constructor(n: number, protocol: Protocol) {
    this.#n = n
    this.#protocol = protocol
  }

  add({ probabilities, labels }: ScoredBatch, from: number): void {
    const { task } = this.#protocol
    const isTwo = task === 'binary' || task === 'scores'
    const columns = isTwo ? bothClasses(probabilities) : probabilities
    for (const [i, values] of columns.entries()) {
      this.#columns[i] ??= new Float64Array(this.#n)
      this.#columns[i]?.set(values, from)
    }
    if (!labels) return
    const [low, high] = columns
    if (isTwo && low && high) this.#votes.add(labels, low, high)
    this.#labels ??= new Array<string>(this.#n).fill('')
    for (const [i, label] of labels.entries()) this.#labels[from + i] = className(label)
  }

  settle(truth: TruthReader, source: PredictionSource): Said {
    const protocol = this.#protocol
    switch (protocol.task) {
      case 'binary': {
        truth.requireBoth()
        const { score, scored, origin, place } = this.#favourable(protocol.positive, source)
        const { threshold } = protocol
        const predicted = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
        return { task: 'binary', y: truth.y, score, predicted, scored, origin, place }
      }
      case 'scores': {
        const { score, origin, place, scored } = this.#favourable(protocol.positive ?? 1, source)
        const threshold = scored ? protocol.threshold : 0.5
        const predicted = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
        return { task: 'scores', predicted, origin, place }
      }
      case 'multiclass':
        return this.#several(truth, source)
      case 'regression': {
        const [predicted = new Float64Array()] = this.#columns
        predicted.forEach((value, row) => {
          if (!Number.isFinite(value)) throw noNumber(source, row)
        })
        return { task: 'regression', y: truth.numbers, predicted, origin: { output: source.output } }
      }
    }
  }

  #favourable(
    positive: string | number,
    source: PredictionSource,
  ): { score: Float64Array; scored: boolean; origin: JsonObject; place: number } {
    if (source.kind === 'predictions' || this.#columns.length === 0) {
      const [, score] = this.#columns
      if (!score) {
        const wanted = className(String(positive))
        const labels = Float64Array.from(this.#labels ?? [], (label) => (sameValue(label, wanted) ? 1 : 0))
        return { score: labels, scored: false, origin: { column: source.output }, place: 1 }
      }
      score.forEach((value, row) => {
        if (!Number.isFinite(value)) throw noNumber(source, row)
      })
      return { score, scored: true, origin: { column: source.output }, place: 1 }
    }
    const place = this.#votes.columnOf(positive)
    const score = this.#columns[place] ?? new Float64Array()
    requireProbabilities(score, source.output)
    return { score, scored: true, origin: { output: source.output, class: place }, place }
  }

  #several(truth: TruthReader, source: PredictionSource): Said {
    const own = this.#columns
    const names = source.classNames?.map(className) ?? this.#namesByVote() ?? [...truth.classes.keys()].sort()
    if (own.length > 0 && names.length !== own.length) {
      throw badRequest(
        `the model has ${own.length} classes, and its file does not say which; the dataset has ${truth.classes.size}`,
      )
    }
    const labels = [...new Set([...names, ...[...truth.classes.keys()].sort(), ...new Set(this.#labels ?? [])])]
    const place = new Map(labels.map((label, i) => [label, i]))
    const byCode = [...truth.classes.keys()].map((label) => place.get(label) ?? 0)
    const y = truth.codes.map((code) => byCode[code] ?? 0)
    for (const column of own) requireProbabilities(column, source.output)
    const scores = own.length === 0 ? null : labels.map((_, i) => own[i] ?? new Float64Array(this.#n))
    const predicted = this.#labels
      ? Int32Array.from(this.#labels, (label) => place.get(label) ?? 0)
      : Int32Array.from({ length: this.#n }, (_, row) => largestAt(own, row))
    const places = labels.map((_, i) => (i < own.length ? i : -1))
    return { task: 'multiclass', labels, y, predicted, scores, origin: { output: source.output }, places }
  }

  /** The label that is named where a column has the highest probability. Undefined unless that names every column. */
  #namesByVote(): string[] | undefined {
    const labels = this.#labels
    if (!labels || this.#columns.length === 0) return undefined
    const names: (string | undefined)[] = this.#columns.map(() => undefined)
    for (const [row, label] of labels.entries()) names[largestAt(this.#columns, row)] ??= label
    return names.every((name) => name !== undefined) && new Set(names).size === names.length
      ? names.map(String)
      : undefined
  }
}

function largestAt(columns: readonly Float64Array[], row: number): number {
  let best = 0
  for (let i = 1; i < columns.length; i++) if ((columns[i]?.[row] ?? 0) > (columns[best]?.[row] ?? 0)) best = i
  return best
}

/** A single column is the probability of class 1. */
export function bothClasses(probabilities: readonly Float64Array[]): readonly Float64Array[] {
  const [low, high] = probabilities
  if (!low || high) return probabilities
  return [low.map((value) => 1 - value), low]
}

const sameValue = (label: string, wanted: string) =>
  label === wanted || (label !== '' && wanted !== '' && Number(label) === Number(wanted))

function noNumber({ kind, output }: PredictionSource, row: number) {
  return badRequest(
    kind !== 'predictions'
      ? `the model gives no number for row ${row + 1} of the dataset`
      : `the column "${output}" has no number in row ${row + 1}`,
  )
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
