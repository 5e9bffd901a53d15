import type { MitigationResult } from '../../../../src/modules/evaluation/schema.ts'
import { figureText } from '../../../ui/Voice.tsx'

type Rule = MitigationResult['attributes'][string]['plans'][number]['rules'][string]

/** Who is chosen in a group: "score > 0.41", or by lot one of two cuts, each with its share. */
export function ruleText(rule: Rule | undefined): string {
  if (!rule) return 'none'
  const { p0, threshold0, p1, threshold1, p_ignore, constant } = rule
  const parts = [
    { share: p0, cut: threshold0 },
    { share: p1, cut: threshold1 },
  ].filter(({ share }) => share >= 0.005)
  const cuts = parts.map(({ share, cut }) =>
    share < 0.995 ? `${figureText(share, 2)}: ${cutText(cut)}` : cutText(cut),
  )
  const mixed = cuts.join('; ')
  if (p_ignore === 0) return mixed
  return `${mixed}; for a share of ${figureText(p_ignore, 2)} a chance of ${figureText(constant, 2)} instead`
}

function cutText(cut: Rule['threshold0']): string {
  return typeof cut === 'number' ? `score > ${figureText(cut, 3)}` : cut
}
