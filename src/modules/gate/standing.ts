import { answerUntil, countText, dayOf, isUnmet } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import type { Own } from '../reviews/index.ts'
import type { GateSituation } from './broken.ts'
import { notMetText, pathOf } from './path.ts'
import type { Standing } from './schema.ts'

/** The state of a version before an environment, without asking the gate, as whoever asks reads it. */
export function standingOf(situation: GateSituation, own?: Own): Standing {
  const { model, version, environment, assessment, policies, scope_digest, open_review } = situation
  return {
    model: model.name,
    version: version.version,
    state: version.state,
    environment: environment.name,
    mode: environment.mode,
    outcome: assessment.outcome,
    sentence: sentenceOf(situation, own),
    path: pathOf(assessment.requirements, policies, own),
    yours: assessment.requirements.filter((each) => isUnmet(each) && own?.(each)).map(keyOf),
    requirements: assessment.requirements,
    policies: policies.map(({ name, version: number, document }) => ({ name, version: number, title: document.title })),
    scope_digest,
    open_review: open_review?.id ?? null,
    ...(situation.break_glass === undefined ? {} : { break_glass: situation.break_glass }),
  }
}

/** Is it allowed, until when, what must be done: one or two sentences. */
export function sentenceOf(situation: GateSituation, own?: Own): string {
  const { environment, assessment, policies, snapshot, open_review, break_glass } = situation
  const { requirements, outcome } = assessment
  if (break_glass !== undefined) {
    return `May run in ${environment.name} until ${momentText(break_glass.until)} because the glass was broken: ${notMetText(requirements)}.`
  }
  if (outcome === 'waived') {
    const { waived, total } = assessment.counts
    const until = momentText(answerUntil(policies, snapshot, situation.approvals))
    const [things, is] = waived === 1 ? ['requirement', 'is'] : ['requirements', 'are']
    return `Allowed in ${environment.name} under a waiver: ${countText(waived)} of ${countText(total)} ${things} ${is} not met and waived. A verdict asked for now holds until ${until}.`
  }
  if (outcome === 'allowed') {
    const noted = requirements.filter(({ state }) => state === 'attention').length
    const until = momentText(answerUntil(policies, snapshot, situation.approvals))
    const note = noted === 0 ? '' : `, with ${countText(noted)} ${noted === 1 ? 'thing' : 'things'} to note`
    return `Allowed in ${environment.name}${note}. A verdict asked for now holds until ${until}.`
  }
  const lead = `Not allowed in ${environment.name}: ${lapsed(situation) ?? notMetText(requirements)}.`
  const path = pathOf(requirements, policies, own)
  const mild =
    environment.mode === 'enforce' ? '' : ` ${environment.name} is in mode ${environment.mode} and stops nothing.`
  const waiting = open_review ? ' A review is open.' : ''
  return `${lead} ${path.charAt(0).toUpperCase()}${path.slice(1)}.${waiting}${mild}`
}

const keyOf = ({ id, policy }: Requirement) => `${policy.name}/${id}`

/** Somebody approved this version, and something changed since. */
export function lapsed({ decisions }: GateSituation): string | undefined {
  const [latest] = decisions
  if (latest?.outcome !== 'approved' || latest.covers) return undefined
  return `the approval no longer covers the content, because ${latest.differences.join('; ')}`
}

function momentText(moment: string): string {
  return `${dayOf(moment)}, ${moment.slice(11, 16)} UTC`
}
