import type { DecisionResult } from '../../../../src/modules/evaluation/schema.ts'
import { figureText } from '../../../ui/Voice.tsx'

type Code = NonNullable<DecisionResult['reasons']>['codes'][number]
type Way = NonNullable<DecisionResult['counterfactuals']>[number]

/** "the probability of the favourable class is 0.307, below 0.5: not favourable". */
export function decisionSentence({ explains, prediction, threshold, favourable }: DecisionResult): string {
  const said = `${explains} is ${figureText(prediction)}`
  if (threshold === null || favourable === null) return said
  return favourable ? `${said}, at or above ${threshold}: favourable` : `${said}, below ${threshold}: not favourable`
}

export const labelOf = ({ feature, value }: Code) => `${feature} ${wordOf(value)}`

/** "It would have been favourable if education were 14 instead of 11". */
export function waySentence(favourable: boolean | null, { changes }: Way): string {
  const other = favourable ? 'unfavourable' : 'favourable'
  const words = changes.map(({ feature, from, to }) => `${feature} were ${wordOf(to)} instead of ${wordOf(from)}`)
  return `It would have been ${other} if ${words.join(' and ')}`
}

function wordOf(value: string | number | null): string {
  if (value === null) return '(missing)'
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
}
