import type { PolicyVersion } from '../../../src/modules/policy/schema.ts'
import { whoWords } from './who.ts'

type RuleText = { id: string; sentence: string; reason?: string | undefined; who: string }

/** The rules of a policy by what they ask for, each as the sentence that the server made of it. */
export function ruleParts(policy: PolicyVersion): { title: string; rules: RuleText[] }[] {
  const { evidence, checks, approvals, findings, waivers, changes } = policy.document
  const sentenceOf = (id: string, title: string) => policy.sentences.find((each) => each.id === id)?.sentence ?? title
  const parts = [
    {
      title: 'Evidence it asks for',
      rules: evidence.map((rule) => ({
        id: rule.id,
        sentence: sentenceOf(rule.id, rule.title),
        who: whoWords[rule.who],
      })),
    },
    {
      title: 'Checks on the evidence',
      rules: checks.map((rule) => ({
        id: rule.id,
        sentence: sentenceOf(rule.id, rule.title),
        reason: rule.reason,
        who: whoWords[rule.who],
      })),
    },
    {
      title: 'People who must agree',
      rules: approvals.map((rule) => ({
        id: rule.id,
        sentence: sentenceOf(rule.id, rule.title),
        who: (rule.role ?? rule.any_of?.join(' or ') ?? rule.all_of?.join(' and ') ?? 'a person').trim(),
      })),
    },
    {
      title: 'Findings that block',
      rules: findings ? [{ id: 'findings', sentence: sentenceOf('findings', ''), who: 'the developer' }] : [],
    },
    {
      title: 'What may be waived',
      rules: waivers.map((rule) => ({
        id: rule.id,
        sentence: sentenceOf(rule.id, rule.title),
        who: rule.roles.join(' or '),
      })),
    },
    {
      title: 'When something changes after an approval',
      rules: changes.map((rule) => ({
        id: rule.id,
        sentence: sentenceOf(rule.id, rule.title),
        reason: rule.reason,
        who: 'the server',
      })),
    },
  ]
  return parts.filter((part) => part.rules.length > 0)
}
