import { once } from '../../lib/once.ts'
import { approvalStandings, assessApproval, lastRejection } from './approvals.ts'
import { type AskedEvidence, assessComparison } from './comparisons.ts'
import { type AppliedPolicy, covering } from './coverage.ts'
import { ageInDays, countsUntil, evidenceFor } from './evidence.ts'
import { compile, type ExpressionResult } from './expression.ts'
import { type ExpressionContext, expressionContext } from './expression-context.ts'
import { assessFact } from './facts.ts'
import { findingRequirements, withoutRepeats } from './findings.ts'
import { linksOf } from './links.ts'
import type { ApprovalFact, Assessment, EvidenceRule, ExpressionRule, Requirement, Snapshot } from './schema.ts'
import { withWaiver } from './waived.ts'
import { dayOf, spoken, whoApproves } from './words.ts'

/** The state of one rule; the rest of a requirement follows from the rule itself. */
export type Finding = Pick<Requirement, 'state' | 'explanation'> & Partial<Pick<Requirement, 'figure' | 'evidence_id'>>

/**
 * What every rule of the policies that apply says about a snapshot. A pure function: the same documents, snapshot and
 * approvals give the same assessment; the only time it knows is `snapshot.at`. `attention` is met with something to read;
 * every other state but `met` denies, unless the requirement is waived.
 */
export function assess(
  policies: readonly AppliedPolicy[],
  snapshot: Snapshot,
  approvals: readonly ApprovalFact[],
): Assessment {
  const applied = covering(policies, snapshot.model, snapshot.environment)
  const context = once(() => expressionContext(snapshot))
  const requirements =
    applied.length === 0
      ? [uncovered(snapshot)]
      : [
          ...applied.flatMap((policy) =>
            requirementsOf(policy, snapshot, approvals, context).map((each) => withWaiver(each, policy, snapshot)),
          ),
          ...rejection(applied, snapshot, approvals),
        ]
  return assessmentOf(withoutRepeats(requirements))
}

/** The answer that follows from the states of requirements. */
export function assessmentOf(requirements: Requirement[]): Assessment {
  const unmet = requirements.filter(isUnmet).length
  const waived = requirements.filter(isWaived).length
  return {
    outcome: unmet > 0 ? 'denied' : waived > 0 ? 'waived' : 'allowed',
    requirements,
    counts: { met: requirements.length - unmet - waived, waived, unmet, total: requirements.length },
  }
}

/** It denies: it is not met, and no waiver stands in for it. */
export function isUnmet({ state, waiver }: Pick<Requirement, 'state' | 'waiver'>): boolean {
  return state !== 'met' && state !== 'attention' && waiver === undefined
}

export function isWaived({ state, waiver }: Pick<Requirement, 'state' | 'waiver'>): boolean {
  return state !== 'met' && state !== 'attention' && waiver !== undefined
}

function requirementsOf(
  { name, version, document }: AppliedPolicy,
  snapshot: Snapshot,
  approvals: readonly ApprovalFact[],
  context: () => ExpressionContext,
): Requirement[] {
  const links = linksOf(snapshot)
  const policy = { name, version }
  const rest = { figure: null, evidence_id: null }
  const asked = new Map(document.evidence.map((rule) => [rule.id, look(rule, snapshot)]))
  return [
    ...document.evidence.map((rule): Requirement => {
      const { id, title, who } = rule
      return {
        id,
        policy,
        type: 'evidence',
        title,
        ...rest,
        who,
        link: links.evidence,
        ...assessEvidence(asked.get(rule.id) ?? look(rule, snapshot), snapshot.at),
      }
    }),
    ...document.checks.map((rule): Requirement => {
      const { id, title, who } = rule
      const base = { id, policy, type: 'check' as const, title, ...rest, who }
      if ('fact' in rule) return { ...base, link: links.version, ...assessFact(rule, snapshot) }
      if ('cel' in rule) return { ...base, link: links.version, ...assessExpression(rule, context) }
      return { ...base, link: links.evidence, ...assessComparison(rule, asked.get(rule.evidence)) }
    }),
    ...approvalStandings(document, snapshot, approvals).map((standing): Requirement => {
      const { id, title } = standing.rule
      const who = whoApproves(standing.rule)
      const finding = assessApproval(standing, snapshot, approvals)
      return { id, policy, type: 'approval', title, ...rest, who, link: links.decisions, ...finding }
    }),
    ...findingRequirements(snapshot.findings ?? [], {
      policy,
      level: document.findings?.block_from ?? 'none',
      by: `a version under ${name}`,
    }),
  ]
}

/** The evidence that a rule asks for, and why it does not count if it does not. */
function look(rule: EvidenceRule, { evidence, at }: Snapshot): AskedEvidence {
  const item = evidenceFor(evidence, rule)
  return { rule, item, problem: item ? staleness(rule, item, at) : null }
}

const bySource: Record<EvidenceRule['source'], string> = {
  server: ' that the server computed',
  client: ' that a client sent',
  person: ' that a person stated',
  any: '',
}

function assessEvidence({ rule, item, problem }: AskedEvidence, at: string): Finding {
  const kind = spoken(rule.kind)
  if (!item) {
    const by = bySource[rule.source] + (rule.method === undefined ? '' : ` with ${rule.method}`)
    return { state: 'waiting', explanation: `There is no ${kind} evidence${by} yet.` }
  }
  if (problem) return { state: 'blocked', explanation: problem, evidence_id: item.id }
  const days = ageInDays(item, at)
  const when = days === 0 ? 'today' : days === 1 ? 'one day ago' : `${days} days ago`
  const who = { server: 'by the server', client: 'by a client', person: 'by a person' }[item.source]
  return { state: 'met', explanation: `Collected ${who} ${when}, with ${item.method}.`, evidence_id: item.id }
}

function staleness(rule: EvidenceRule, item: Snapshot['evidence'][number], at: string): string | null {
  const until = countsUntil(item, rule)
  if (until === null || until > at) return null
  const limit = rule.max_age_days === undefined ? '' : `, at most ${rule.max_age_days} days count`
  return `The ${spoken(rule.kind)} evidence no longer counts: it is ${ageInDays(item, at)} days old${limit}.`
}

function assessExpression(rule: ExpressionRule, context: () => ExpressionContext): Finding {
  const because = rule.reason ? ` ${rule.reason}` : ''
  const result = runExpression(rule.cel, context)
  switch (result.outcome) {
    case 'true':
      return { state: 'met', explanation: 'Checked on this content: true.' }
    case 'false':
      return { state: 'blocked', explanation: `Checked on this content: false.${because}` }
    case 'error':
      return { state: 'unknown', explanation: `It could not be checked: ${result.message}.${because}` }
  }
}

function runExpression(source: string, context: () => ExpressionContext): ExpressionResult {
  const compiled = compile(source)
  return compiled.outcome === 'compiled' ? compiled.run(context()) : { outcome: 'error', message: compiled.message }
}

/** A rejection of exactly this content stands, also where no policy asks for an approval. */
function rejection(
  applied: readonly AppliedPolicy[],
  snapshot: Snapshot,
  approvals: readonly ApprovalFact[],
): Requirement[] {
  const [first] = applied
  const rejected = lastRejection(approvals)
  const later = approvals.some(
    ({ outcome, covers, decided_at }) =>
      outcome === 'approved' && covers && rejected && decided_at > rejected.decided_at,
  )
  const asked = applied.some(({ document }) => document.approvals.length > 0)
  if (!first || !rejected || later || asked) return []
  return [
    {
      id: 'not-rejected',
      policy: { name: first.name, version: first.version },
      type: 'approval',
      title: 'Nobody has rejected exactly this content',
      state: 'blocked',
      explanation: `Rejected on ${dayOf(rejected.decided_at)}.`,
      figure: null,
      evidence_id: null,
      who: 'validator',
      link: linksOf(snapshot).decisions,
    },
  ]
}

/** Without a policy nobody has said what is asked for, which is not the same as nothing being asked for. */
function uncovered(snapshot: Snapshot): Requirement {
  const { model, environment } = snapshot
  const links = linksOf(snapshot)
  const base = { policy: { name: 'none', version: 0 }, type: 'policy' as const, figure: null, evidence_id: null }
  if (model.tier === null) {
    return {
      ...base,
      id: 'tier',
      title: 'Somebody has said how much depends on this model',
      state: 'blocked',
      explanation: 'The model has no tier, so nobody knows which policy applies to it.',
      who: 'developer',
      link: links.model,
    }
  }
  return {
    ...base,
    id: 'coverage',
    title: `A policy says what is asked for in ${environment}`,
    state: 'unknown',
    explanation: `No published policy covers models of tier ${model.tier} in ${environment}.`,
    who: 'administrator',
    link: links.policies,
  }
}
