import type { JsonObject } from '../../../lib/json.ts'

/** What was true and what was said of each row, by task. */
export type Said =
  | {
      readonly task: 'binary'
      readonly y: Uint8Array
      /** Score of the favourable class. */
      readonly score: Float64Array
      readonly predicted: Uint8Array
      /** False where a table has predicted labels only: `score` is 0 and 1 then. */
      readonly scored: boolean
      readonly origin: JsonObject
      /** Which output of the model is the favourable class. */
      readonly place: number
    }
  | { readonly task: 'scores'; readonly predicted: Uint8Array; readonly origin: JsonObject; readonly place: number }
  | {
      readonly task: 'multiclass'
      readonly labels: readonly string[]
      readonly y: Int32Array
      readonly predicted: Int32Array
      /** A column for each label. */
      readonly scores: readonly Float64Array[] | null
      readonly origin: JsonObject
      /** Output of the model for each label; -1 where it has none. */
      readonly places: readonly number[]
    }
  | {
      readonly task: 'regression'
      readonly y: Float64Array
      readonly predicted: Float64Array
      readonly origin: JsonObject
    }

export type LossName = 'log_loss' | 'zero_one' | 'absolute_error'

/** How wrong each row is; finite, and lower is better. */
export function lossesOf(said: Said): { readonly name: LossName; readonly losses: Float64Array } | undefined {
  switch (said.task) {
    case 'scores':
      return undefined
    case 'binary': {
      const { y, score, scored, predicted } = said
      if (!scored || !score.every((value) => value >= 0 && value <= 1)) {
        return { name: 'zero_one', losses: Float64Array.from(y, (label, i) => (label === predicted[i] ? 0 : 1)) }
      }
      return { name: 'log_loss', losses: Float64Array.from(y, (label, i) => logLossOf(oneOf(label, score[i] ?? 0))) }
    }
    case 'multiclass': {
      const { y, predicted, scores } = said
      if (!scores)
        return { name: 'zero_one', losses: Float64Array.from(y, (label, i) => (label === predicted[i] ? 0 : 1)) }
      return { name: 'log_loss', losses: Float64Array.from(y, (label, i) => logLossOf(scores[label]?.[i] ?? 0)) }
    }
    case 'regression':
      return {
        name: 'absolute_error',
        losses: said.predicted.map((value, i) => Math.abs(value - (said.y[i] ?? 0))),
      }
  }
}

const oneOf = (label: number, score: number) => (label === 1 ? score : 1 - score)

/** Certainty that is wrong costs no more than a chance of one in a million, so that one row cannot decide everything. */
const surest = 1e-6
export const logLossOf = (probability: number) => -Math.log(Math.min(1, Math.max(surest, probability)))

/** As two classes: labels for what needs them, such as the search for leaks. Undefined without a truth. */
export function asBinary(said: Said): Uint8Array | undefined {
  switch (said.task) {
    case 'scores':
      return undefined
    case 'binary':
      return said.y
    case 'multiclass': {
      const counts = said.labels.map((_, label) => said.y.reduce((n, each) => n + (each === label ? 1 : 0), 0))
      const most = counts.indexOf(Math.max(...counts))
      return Uint8Array.from(said.y, (label) => (label === most ? 1 : 0))
    }
    case 'regression': {
      const sorted = said.y.slice().sort()
      const median = sorted[sorted.length >> 1] ?? 0
      return Uint8Array.from(said.y, (value) => (value >= median ? 1 : 0))
    }
  }
}
