import type { PersonId } from '../audit/schema.ts'
import type { ApprovalFact, ApprovalRule, PolicyDocument, Requirement, Snapshot } from './schema.ts'
import { countText, dayOf, listed, rolesOf } from './words.ts'

type Finding = Pick<Requirement, 'state' | 'explanation'>
type About = Pick<Snapshot, 'version' | 'requester' | 'at'>
type Standing = {
  rule: ApprovalRule
  /** The approvals that count, oldest first, one for each person. */
  counting: ApprovalFact[]
  /** Those of them that the rule rests on. */
  used: ApprovalFact[]
  met: boolean
  /** The stage that has to be complete first, if it is not. */
  waitsFor: string | null
}
type Document = Pick<PolicyDocument, 'approvals' | 'stages'>

const day = 86_400_000

/** How every approval rule of a policy stands: stages in order, and within a stage in the order of the text. */
export function approvalStandings(document: Document, about: About, approvals: readonly ApprovalFact[]): Standing[] {
  const done = new Map<string, Standing>()
  const stageOf = ({ stage }: ApprovalRule) => (stage === undefined ? -1 : document.stages.indexOf(stage))
  for (const rule of document.approvals.toSorted((a, b) => stageOf(a) - stageOf(b))) {
    const before = [...done.values()].filter((each) => stageOf(each.rule) < stageOf(rule) && stageOf(each.rule) >= 0)
    const waitsFor = before.find(({ met }) => !met)?.rule.stage ?? null
    const since = before
      .flatMap(({ used }) => used.map(({ decided_at }) => decided_at))
      .toSorted()
      .at(-1)
    const others = rule.not.flatMap((id) => done.get(id)?.used.flatMap(identitiesOf) ?? [])
    const counting =
      waitsFor === null
        ? candidates(rule, about, approvals).filter(
            (fact) =>
              !identitiesOf(fact).some((each) => others.includes(each)) &&
              (since === undefined || fact.decided_at > since),
          )
        : []
    const parts = (rule.all_of ?? [null]).map((role) =>
      counting.filter((fact) => role === null || rolesFor(rule, fact).includes(role)).slice(0, rule.count),
    )
    const met = parts.every((part) => part.length >= rule.count)
    done.set(rule.id, { rule, counting, used: [...new Set(parts.flat())], met, waitsFor })
  }
  return document.approvals.flatMap(({ id }) => done.get(id) ?? [])
}

/** Whether an approval by somebody, in these roles, could count for a rule now or in the stage that it waits for. */
export function couldApprove(
  document: Document,
  id: string,
  about: About,
  approvals: readonly ApprovalFact[],
  { person, roles }: { person: string; roles: readonly string[] },
): boolean {
  const standings = approvalStandings(document, about, approvals)
  const usedBy = (rule: string) =>
    standings.find((each) => each.rule.id === rule)?.used.flatMap((fact): string[] => identitiesOf(fact)) ?? []
  const rule = document.approvals.find((each) => each.id === id)
  if (!rule) return true
  const taken = [...usedBy(id), ...rule.not.flatMap(usedBy)]
  return rolesOf(rule).some((role) => roles.includes(role)) && !taken.includes(person)
}

/** Whether every approval that a policy asks for is there. */
export function approvalsMet(document: Document, about: About, approvals: readonly ApprovalFact[]): boolean {
  return approvalStandings(document, about, approvals).every(({ met }) => met)
}

/** The stage that comes first, where these roles are asked for in a later one alone. */
export function stageBefore(
  document: Document,
  about: About,
  approvals: readonly ApprovalFact[],
  roles: readonly string[],
): string | null {
  const theirs = approvalStandings(document, about, approvals).filter(({ rule }) =>
    rolesOf(rule).some((role) => roles.includes(role)),
  )
  return theirs.length > 0 && theirs.every(({ waitsFor }) => waitsFor !== null) ? (theirs[0]?.waitsFor ?? null) : null
}

/** The moments at which approvals that a policy rests on stop counting. */
export function approvalsEnd(document: Document, about: About, approvals: readonly ApprovalFact[]): string[] {
  return approvalStandings(document, about, approvals).flatMap(({ rule, used }) =>
    used.flatMap((fact) =>
      [endOf(rule, fact.decided_at) ?? [], unmetConditions(fact).map(({ due_at }) => due_at)].flat(),
    ),
  )
}

/** What an approval still rests on somebody doing, what is due first comes first. */
export function unmetConditions({ conditions = [] }: Pick<ApprovalFact, 'conditions'>) {
  return conditions.filter(({ met_at }) => met_at === null).toSorted((a, b) => (a.due_at < b.due_at ? -1 : 1))
}

/** The condition whose day took the approval with it. */
export function lapsedCondition(fact: Pick<ApprovalFact, 'conditions'>, at: string) {
  return unmetConditions(fact).find(({ due_at }) => due_at <= at)
}

/** Of what an allowed answer rests on: conditions that nobody has confirmed, and when its approvals end without them. */
export function approvalTerms(documents: readonly Document[], about: About, approvals: readonly ApprovalFact[]) {
  const used = documents.flatMap((document) =>
    approvalStandings(document, about, approvals).flatMap((standing) =>
      standing.used.map((fact) => ({ fact, end: endOf(standing.rule, fact.decided_at) })),
    ),
  )
  const conditions = new Map(used.flatMap(({ fact }) => unmetConditions(fact)).map((each) => [each.id, each]))
  return {
    until: used.flatMap(({ end }) => end ?? []).toSorted()[0] ?? null,
    conditions: [...conditions.values()].toSorted((a, b) => (a.due_at < b.due_at ? -1 : 1)),
  }
}

/** Approvals of exactly this content, in a role asked for, by somebody independent, after the last rejection of it. */
function candidates(rule: ApprovalRule, { version, requester, at }: About, approvals: readonly ApprovalFact[]) {
  const rejection = lastRejection(approvals)
  const roles = rolesOf(rule)
  const makers = [requester, ...version.developers, version.registered_by]
  const independent = (fact: ApprovalFact) => !identitiesOf(fact).some((each) => makers.includes(each))
  const counting = approvals
    .filter(
      (fact) =>
        fact.outcome === 'approved' &&
        fact.covers &&
        (rule.signed !== true || fact.signed === true) &&
        roles.some((role) => rolesFor(rule, fact).includes(role)) &&
        independent(fact) &&
        (!rejection || fact.decided_at > rejection.decided_at) &&
        (endOf(rule, fact.decided_at) ?? at) >= at &&
        lapsedCondition(fact, at) === undefined,
    )
    .toSorted((a, b) => (a.decided_at < b.decided_at ? -1 : 1))
  const seen = new Set<string>()
  return counting.filter((fact) => {
    const identities = identitiesOf(fact)
    const isNew = !identities.some((each) => seen.has(each))
    for (const each of identities) seen.add(each)
    return isNew
  })
}

/** Whoever decided, and those in whose place: none of them counts twice. */
function identitiesOf({ decided_by, in_place_of = [] }: ApprovalFact): PersonId[] {
  return [decided_by, ...in_place_of.map(({ person }) => person)]
}

/** The roles in which a decision counts for a rule: those of others only where the rule lets them be handed on. */
function rolesFor({ delegation }: ApprovalRule, { roles, in_place_of = [] }: ApprovalFact): string[] {
  return delegation === 'refused' ? roles : [...roles, ...in_place_of.flatMap((each) => each.roles)]
}

/** When an approval under a rule stops counting, if the rule says so. */
export function endOf({ valid_days }: ApprovalRule, decided_at: string): string | null {
  return valid_days === undefined ? null : new Date(Date.parse(decided_at) + valid_days * day).toISOString()
}

export function assessApproval(
  { rule, counting, used, met, waitsFor }: Standing,
  { at }: Pick<Snapshot, 'at'>,
  approvals: readonly ApprovalFact[],
): Finding {
  if (met) {
    const dates = listed([...new Set(used.map(({ decided_at }) => dayOf(decided_at)))])
    return approved(`Approved on ${dates}`, used)
  }
  const roles = rolesOf(rule)
  const rejection = lastRejection(approvals)
  if (rejection && counting.length === 0) {
    return { state: 'blocked', explanation: `Rejected on ${dayOf(rejection.decided_at)}.` }
  }
  if (waitsFor !== null) return { state: 'waiting', explanation: `The stage ${waitsFor} has to be complete first.` }
  const theirs = approvals.filter(
    (fact) => fact.outcome === 'approved' && roles.some((role) => rolesFor(rule, fact).includes(role)),
  )
  const lapsed = theirs.find(({ covers }) => !covers)
  if (lapsed && counting.length === 0) {
    const differences = lapsed.differences.join('; ')
    const explanation = `The approval of ${dayOf(lapsed.decided_at)} no longer covers the content: ${differences}.`
    return { state: 'blocked', explanation }
  }
  const fallen = theirs.flatMap((fact) => lapsedCondition(fact, at) ?? [])[0]
  if (fallen && counting.length === 0) {
    const explanation = `The approval lapsed on ${dayOf(fallen.due_at)}, because a condition was not met: ${fallen.text}`
    return { state: 'blocked', explanation }
  }
  const old = theirs.find(({ decided_at }) => (endOf(rule, decided_at) ?? at) < at)
  if (old && counting.length === 0) {
    const explanation = `The approval of ${dayOf(old.decided_at)} no longer counts: it holds for ${rule.valid_days} days.`
    return { state: 'waiting', explanation }
  }
  if (rule.all_of) {
    const missing = roles.filter(
      (role) => used.filter((fact) => rolesFor(rule, fact).includes(role)).length < rule.count,
    )
    return {
      state: 'waiting',
      explanation: `${rule.count} of ${listed(missing)} each still ${rule.count === 1 ? 'has' : 'have'} to decide.`,
    }
  }
  const role = roles.join(' or ')
  const asked = rule.count === 1 ? `A ${role}` : `${counting.length} of ${countText(rule.count)} ${role}s`
  const explanation =
    counting.length > 0
      ? `${asked} have approved.`
      : `${rule.count === 1 ? asked : `Each of ${countText(rule.count)} ${role}s`} who neither developed it nor asked for the review still has to decide${rule.signed === true ? ', and sign with a key of their own' : ''}.`
  return { state: 'waiting', explanation }
}

/** What the change rules let stand is said, and what they want people told about is for somebody to read. */
function approved(on: string, used: readonly ApprovalFact[]): Finding {
  const tolerated = used.flatMap((fact) => fact.tolerated ?? [])
  const open = new Map(used.flatMap(unmetConditions).map((each) => [each.id, each]))
  const { lead, due } = conditional(on, [...open.values()])
  if (tolerated.length === 0) {
    if (due !== '') return { state: 'attention', explanation: `${lead}.${due}` }
    return { state: 'met', explanation: `${lead}; the approval covers exactly what is here now.` }
  }
  const what = listed([...new Set(tolerated.map(({ text }) => text))])
  const isTold = tolerated.some(({ effect }) => effect === 'notify')
  return {
    state: isTold || due !== '' ? 'attention' : 'met',
    explanation: `${lead}. Since then ${what}; the policy lets the approval stand.${due}`,
  }
}

function conditional(on: string, open: ReturnType<typeof unmetConditions>): { lead: string; due: string } {
  const [next] = open.toSorted((a, b) => (a.due_at < b.due_at ? -1 : 1))
  if (!next) return { lead: on, due: '' }
  const [many, which] =
    open.length === 1 ? ['one condition', 'It'] : [`${countText(open.length)} conditions`, 'The next']
  return { lead: `${on} with ${many}`, due: ` ${which} is due on ${dayOf(next.due_at)}: ${next.text}` }
}

export function lastRejection(approvals: readonly ApprovalFact[]): ApprovalFact | undefined {
  return approvals
    .filter(({ outcome, covers }) => outcome === 'rejected' && covers)
    .toSorted((a, b) => (a.decided_at < b.decided_at ? 1 : -1))[0]
}
