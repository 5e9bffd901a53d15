import { answerUntil, approvalTerms, countText, dayOf, isUnmet } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import type { Own } from '../reviews/index.ts'
import type { GateSituation } from './broken.ts'
import { notMetText, pathOf } from './path.ts'
import type { Standing } from './schema.ts'

/** The state of a version before an environment, without asking the gate, as whoever asks reads it. */
export function standingOf(situation: GateSituation, own?: Own, viewer?: string): Standing {
  const { model, version, environment, assessment, policies, scope_digest, open_review } = situation
  return {
    model: model.name,
    version: version.version,
    state: version.state,
    environment: environment.name,
    mode: environment.mode,
    outcome: assessment.outcome,
    sentence: sentenceOf(situation, own, viewer),
    path: pathOf(assessment.requirements, policies, own),
    yours: assessment.requirements.filter((each) => isUnmet(each) && own?.(each)).map(keyOf),
    requirements: assessment.requirements,
    policies: policies.map(({ name, version: number, document }) => ({ name, version: number, title: document.title })),
    conditions: termsOf(situation).conditions.map(({ id, text, owner, due_at }) => ({ id, text, owner, due_at })),
    scope_digest,
    open_review: open_review?.id ?? null,
    ...(situation.break_glass === undefined ? {} : { break_glass: situation.break_glass }),
  }
}

/** Is it allowed, until when, what must be done: one or two sentences. */
export function sentenceOf(situation: GateSituation, own?: Own, viewer?: string): string {
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
    const approved = approvedText(situation, viewer)
    if (approved) {
      return `${approved} A verdict asked for now holds until ${momentText(answerUntil(policies, snapshot, situation.approvals))}.`
    }
    const noted = requirements.filter(({ state }) => state === 'attention').length
    const until = momentText(answerUntil(policies, snapshot, situation.approvals))
    const note = noted === 0 ? '' : `, with ${countText(noted)} ${noted === 1 ? 'thing' : 'things'} to note`
    return `Allowed in ${environment.name}${note}. A verdict asked for now holds until ${until}.`
  }
  const lead = `Not allowed in ${environment.name}: ${lapsed(situation) ?? notMetText(requirements)}.`
  const path = pathOf(requirements, policies, own)
  const mild =
    environment.mode === 'enforce' ? '' : ` ${environment.name} is in mode ${environment.mode} and stops nothing.`
  const waiting = waitingText(open_review)
  return `${lead} ${path.charAt(0).toUpperCase()}${path.slice(1)}.${waiting}${mild}`
}

const keyOf = ({ id, policy }: Requirement) => `${policy.name}/${id}`

function termsOf({ policies, snapshot, approvals }: GateSituation) {
  const documents = policies.map(({ document }) => document)
  return approvalTerms(documents, snapshot, approvals)
}

/** For instance "Approved for prod until 14 March 2027, with two conditions; next due in 9 days (you)." */
function approvedText(situation: GateSituation, viewer: string | undefined): string | undefined {
  const { until, conditions } = termsOf(situation)
  const [next] = conditions
  if (until === null && !next) return undefined
  const term = until === null ? '' : ` until ${dayOf(until)}`
  const lead = `Approved for ${situation.environment.name}${term}`
  if (!next) return `${lead}.`
  const many = conditions.length === 1 ? 'one condition' : `${countText(conditions.length)} conditions`
  const whose = next.owner === viewer ? ' (you)' : ''
  const which = conditions.length === 1 ? 'due' : 'next due'
  return `${lead}, with ${many}; ${which} ${inDays(next.due_at, situation.snapshot.at)}${whose}.`
}

function inDays(moment: string, now: string): string {
  const days = Math.ceil((Date.parse(moment) - Date.parse(now)) / 86_400_000)
  return days <= 1 ? 'within a day' : `in ${days} days`
}

function waitingText(review: GateSituation['open_review']): string {
  if (!review) return ''
  return review.state === 'open' ? ' A review is open.' : ' Reviewers ask for changes.'
}

/** Somebody approved this version, and something changed since, or a condition was not met in time. */
export function lapsed({ decisions }: GateSituation): string | undefined {
  const [latest] = decisions
  if (latest?.outcome !== 'approved') return undefined
  const fallen = latest.conditions.find(({ state }) => state === 'lapsed')
  if (latest.covers && fallen) {
    return `the approval of ${dayOf(latest.decided_at)} lapsed on ${dayOf(fallen.due_at)}, because a condition was not met: ${fallen.text.replace(/\.$/, '')}`
  }
  if (latest.covers) return undefined
  return `the approval no longer covers the content, because ${latest.differences.join('; ')}`
}

function momentText(moment: string): string {
  return `${dayOf(moment)}, ${moment.slice(11, 16)} UTC`
}
