import { parsePath } from '../../lib/figures.ts'
import { factPhrase, wantedText } from './facts.ts'
import type { ApprovalRule, ChangeRule, ComparisonRule, EvidenceRule, PolicyDocument, WaiverRule } from './schema.ts'
import { capitalised, comparisonWords, countText, listed, numberText, spoken } from './words.ts'

export type RuleSentence = { id: string; sentence: string }

/** Every rule of a policy as one sentence that a risk officer reads, in the order of the text. */
export function sentencesOf(document: PolicyDocument): RuleSentence[] {
  const kinds = new Map(document.evidence.map((rule) => [rule.id, rule.kind]))
  return [
    ...document.evidence.map((rule) => ({ id: rule.id, sentence: evidenceSentence(rule) })),
    ...document.checks.map((rule) => ({
      id: rule.id,
      sentence:
        'fact' in rule
          ? `${capitalised(factPhrase(rule.fact))} is ${wantedText(rule)}.`
          : 'cel' in rule
            ? `${capitalised(rule.title)}: the server checks that ${oneLine(rule.cel)}.`
            : `${capitalised(figurePhrase(rule.figure))} in the ${kinds.get(rule.evidence) ?? rule.evidence} evidence is ${limitPhrase(rule)}.`,
    })),
    ...document.approvals.map((rule) => ({ id: rule.id, sentence: approvalSentence(rule) })),
    ...(document.findings ? [{ id: 'findings', sentence: findingsSentence(document.findings) }] : []),
    ...document.waivers.map((rule) => ({ id: rule.id, sentence: waiverSentence(rule, document) })),
    ...document.changes.map((rule) => ({ id: rule.id, sentence: changeSentence(rule) })),
  ]
}

function evidenceSentence(rule: EvidenceRule): string {
  const by = bySource[rule.source] + (rule.method === undefined ? '' : ` with ${rule.method}`)
  const age = rule.max_age_days === undefined ? '' : `, not older than ${days(rule.max_age_days)}`
  return `There is ${rule.kind} evidence${by}${age}.`
}

const bySource: Record<EvidenceRule['source'], string> = {
  server: ' that the server computed itself',
  client: ' that a client sent',
  person: ' that a person stated',
  any: '',
}

/** For instance "In the stage validation, two validators who neither … approve exactly this content, for at most 90 days." */
function approvalSentence(rule: ApprovalRule): string {
  const { role, any_of, all_of, count, not, stage, valid_days } = rule
  const one = count === 1
  const of = (name: string) => (one ? `${article(name).toLowerCase()} ${name}` : `${countText(count)} ${name}s`)
  const people = all_of
    ? listed(all_of.map(of))
    : any_of
      ? `${one ? 'one' : countText(count)} of the roles ${any_of.join(' or ')}`
      : of(role ?? '')
  const others = not.filter((id) => id !== 'developer' && id !== 'requester')
  const apart = others.length === 0 ? '' : `, and did not meet ${listed(others)},`
  const plural = !one || (all_of !== undefined && all_of.length > 1)
  const when = stage === undefined ? '' : `in the stage ${stage}, `
  const term = valid_days === undefined ? '' : `, for at most ${days(valid_days)}`
  return capitalised(
    `${when}${people} who neither developed the version nor asked for the review${apart} ${plural ? 'approve' : 'approves'} exactly this content${signedOf(rule, plural)}${withinOf(rule)}${term}${aloneOf(rule, plural)}.`,
  )
}

function findingsSentence({ block_from }: NonNullable<PolicyDocument['findings']>): string {
  const severity = block_from === 'critical' ? 'critical severity' : `${block_from} severity or a higher one`
  return `No finding of ${severity} is open, on the version or on its model.`
}

/** For instance "An approver who did not make the version may waive “Fairness is recent” for at most 30 days, …". */
function waiverSentence({ requirements, roles, max_days }: WaiverRule, { evidence, checks }: PolicyDocument): string {
  const titles = new Map([...evidence, ...checks].map(({ id, title }) => [id, title]))
  const what = listed(requirements.map((id) => `“${titles.get(id) ?? id}”`))
  const first = roles[0] ?? ''
  return `${article(first)} ${roles.join(' or ')} who neither developed the version nor asked for the review may waive ${what} for at most ${days(max_days)}, with a reason and a compensating control.`
}

function withinOf({ deadline_days, overdue }: ApprovalRule): string {
  if (deadline_days === undefined) return ''
  return ` within ${days(deadline_days)}${overdue === 'expire' ? ' (then the review is closed)' : ''}`
}

function signedOf({ signed }: ApprovalRule, plural: boolean): string {
  return signed === true ? `, signed with ${plural ? 'keys' : 'a key'} of their own` : ''
}

function aloneOf({ delegation }: ApprovalRule, plural: boolean): string {
  return delegation === 'refused' ? `, and ${plural ? 'let' : 'lets'} nobody decide in their place` : ''
}

const changed: Record<ChangeRule['changes'][number], string> = {
  purpose: 'the purpose is rewritten',
  tier: 'the tier changes',
  evidence: 'evidence is computed again',
  policies: 'a policy is published anew',
  findings: 'a finding that blocks is opened',
}

const consequence: Record<ChangeRule['effect'], string> = {
  reopen: 'the approval ends and a review opens by itself',
  notify: 'the approval stands, and whoever gave it is told',
  ignore: 'the approval stands',
}

/** For instance "When the purpose is rewritten or the tier changes after an approval, the approval ends and a review opens by itself." */
function changeSentence({ changes, kinds, effect }: ChangeRule): string {
  const of = kinds === undefined ? '' : `${listed(kinds.map(spoken))} `
  const what = changes.map((each) => (each === 'evidence' ? `${of}${changed.evidence}` : changed[each]))
  return `When ${what.join(' or ')} after an approval, ${consequence[effect]}.`
}

function limitPhrase({ is, limit, use }: ComparisonRule): string {
  const words = `${comparisonWords[is]} ${numberText(limit)}`
  return use === 'estimate' ? words : `${words}, judged by the ${use} end of its interval`
}

/** Says a path of the known evidence kinds in words, and any other by its last part. */
export function figurePhrase(path: string): string {
  const parts = parsePath(path) ?? [path]
  const [root, name, area, metric, measure] = parts
  if (root === 'attributes' && area === 'disparities' && parts.length === 5 && name && metric && measure) {
    const groups = name === '*' ? 'every protected attribute' : name
    return `the ${spoken(metric)} ${spoken(measure)} between the groups of ${groups}`
  }
  return `the ${spoken(parts.at(-1) ?? path)}`
}

function article(role: string): string {
  return /^[aeiou]/.test(role) ? 'An' : 'A'
}

function days(count: number): string {
  return count === 1 ? 'one day' : `${count} days`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
