/** Where we answer differently from the recorded server on purpose, and why. */
export type Exception = { scenario: string; seqs: readonly number[]; reason: string }

export const exceptions: readonly Exception[] = []

export const exceptionFor = (scenario: string, seq: number): Exception | undefined =>
  exceptions.find((exception) => exception.scenario === scenario && exception.seqs.includes(seq))
