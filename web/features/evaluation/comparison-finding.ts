import type { ComparedFigure, VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import type { ToneName } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'

/** Whether b is worse there than a, better, only other, or not to be told from it. */
export type Verdict = 'worse' | 'better' | 'other' | 'chance' | 'unsaid'

export function verdictOf({ difference, basis, decisive, better }: ComparedFigure): Verdict {
  if (!difference || basis === 'none') return 'unsaid'
  if (!decisive) return 'chance'
  if (better === null) return 'other'
  return difference.value > 0 === (better === 'higher') ? 'better' : 'worse'
}

/** The sentence that a comparison opens with. */
export function comparisonFinding({ a, b, figures, kinds }: VersionComparison): {
  tone: ToneName
  sentence: string
  detail: string
} {
  const verdicts = figures.map(verdictOf)
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length
  const [worse, better, other] = [count('worse'), count('better'), count('other')]
  const lost = figures.filter(({ limit }) => limit?.crossed && limit.b === false).length
  const won = figures.filter(({ limit }) => limit?.crossed && limit.b === true).length
  const crossed = [
    lost > 0 ? `${counted(lost, 'limit')} no longer ${lost === 1 ? 'holds' : 'hold'}` : '',
    won > 0 ? `${counted(won, 'limit')} now ${won === 1 ? 'holds' : 'hold'}` : '',
  ].filter(Boolean)
  const beyond = worse + better + other
  const sentence =
    figures.length === 0
      ? `Nothing was measured of both ${a} and ${b}.`
      : `${beyond === 0 ? 'No figure differs' : `${beyond} of ${counted(figures.length, 'figure')} ${beyond === 1 ? 'differs' : 'differ'}`} by more than chance explains${beyond > 0 ? `: ${worse} for the worse, ${better} for the better${other > 0 ? `, ${other} neither` : ''}` : ''}${crossed.length > 0 ? `; ${crossed.join(' and ')}` : ''}.`
  const tone = figures.length === 0 ? 'unknown' : lost > 0 ? 'blocked' : worse > 0 ? 'attention' : 'met'
  const odd = kinds.filter((each) => each.differs.length > 0)
  const ground =
    odd.length === 0
      ? 'Both were measured by the same method, under the same settings, on the same data.'
      : `Not on the same ground: ${odd.map(({ kind, differs }) => `${kind} (other ${differs.join(', ')})`).join('; ')}.`
  return { tone, sentence, detail: figures.length === 0 ? 'Evaluate both on the same dataset.' : ground }
}
