import { parsePath } from '../../lib/figures.ts'
import type { ApprovalRule, ComparisonRule, EvidenceRule, PolicyDocument } from './schema.ts'
import { capitalised, comparisonWords, countText, numberText, spoken } from './words.ts'

export type RuleSentence = { id: string; sentence: string }

/** Every rule of a policy as one sentence that a risk officer reads, in the order of the text. */
export function sentencesOf(document: PolicyDocument): RuleSentence[] {
  const kinds = new Map(document.evidence.map((rule) => [rule.id, rule.kind]))
  return [
    ...document.evidence.map((rule) => ({ id: rule.id, sentence: evidenceSentence(rule) })),
    ...document.checks.map((rule) => ({
      id: rule.id,
      sentence:
        'cel' in rule
          ? `${capitalised(rule.title)}: the server checks that ${oneLine(rule.cel)}.`
          : `${capitalised(figurePhrase(rule.figure))} in the ${kinds.get(rule.evidence) ?? rule.evidence} evidence is ${limitPhrase(rule)}.`,
    })),
    ...document.approvals.map((rule) => ({ id: rule.id, sentence: approvalSentence(rule) })),
  ]
}

function evidenceSentence(rule: EvidenceRule): string {
  const by = rule.source === 'server' ? ' that the server computed itself' : ''
  const age = rule.max_age_days === undefined ? '' : `, not older than ${days(rule.max_age_days)}`
  return `There is ${rule.kind} evidence${by}${age}.`
}

function approvalSentence({ role, count }: ApprovalRule): string {
  const who = count === 1 ? `${article(role)} ${role}` : `${capitalised(countText(count))} ${role}s`
  return `${who} who neither developed the version nor asked for the review ${count === 1 ? 'approves' : 'approve'} exactly this content.`
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
