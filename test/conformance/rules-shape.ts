import type { Answer, Exchange } from './replay.ts'

/** An exchange that differs, with what rules look at. Bodies that are no JSON objects are empty ones. */
export type Difference = {
  exchange: Exchange
  actual: Answer
  found: readonly string[]
  query: URLSearchParams
  sent: Record<string, unknown>
  recorded: Record<string, unknown>
  came: Record<string, unknown>
  /** What came before in the scenario. */
  earlier: {
    /** Writes that the recorded server took and we refused: what they would have written is not there. */
    refused: readonly Exchange[]
    /** Bodies had bare NaN or Infinity, which the recorded server reads as 0. */
    bareNumbers: boolean
    /** Bodies had a fraction where an integer belongs, which the recorded server reads as 0. */
    fractions: boolean
  }
}

export type Rule = { reason: string; holds(difference: Difference): boolean }
