import type { Frame } from '../metrics/explanation/index.ts'
import type { DecisionResult, Protocol } from '../schema.ts'
import type { Attributions } from './attribution.ts'

const mostSentences = 200

type Told = {
  /** Among those that were explained. */
  readonly row: number
  readonly background: number
  readonly explains: string
  readonly most?: number
}

/** Why one of the rows that were explained got its prediction. */
export function reasonsOf(
  given: Attributions,
  own: Frame,
  { row, background, explains, most = mostSentences }: Told,
): DecisionResult['reasons'] {
  const values = given.values[row] ?? new Float64Array()
  const errors = given.errors[row] ?? new Float64Array()
  const what = given.scale === 'log_odds' ? `the log odds of ${explains.replace('the probability of ', '')}` : explains
  const codes = own.columns.map(({ name, values: column }, i) => {
    const value = told(column[row])
    const contribution = values[i] ?? 0
    const direction = contribution > 0 ? 'raises' : 'lowers'
    const sentence =
      contribution === 0
        ? `${name} ${wordOf(value)} does not move ${what}`
        : `${name} ${wordOf(value)} ${direction} ${what} by ${short(Math.abs(contribution))}`
    return { feature: name, value, contribution, error: errors[i] ?? 0, sentence }
  })
  codes.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || (a.feature < b.feature ? -1 : 1))
  return {
    method: given.method,
    scale: given.scale,
    base: given.base,
    background,
    additivity: given.additivity,
    codes: codes.slice(0, most),
  }
}

/** From here on a prediction is favourable; null where there is no decision. */
export function thresholdOf(protocol: Protocol): number | null {
  switch (protocol.task) {
    case 'multiclass':
      return 0.5
    case 'regression':
      return protocol.threshold ?? null
    case 'binary':
    case 'scores':
      return protocol.threshold
  }
}

export const told = (value: unknown): string | number | null =>
  typeof value === 'number'
    ? Number.isFinite(value)
      ? value
      : null
    : value === null || value === undefined
      ? null
      : String(value)
export const wordOf = (value: string | number | null) =>
  value === null ? '(missing)' : typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
export const short = (value: number) => String(Number(value.toPrecision(3)))
