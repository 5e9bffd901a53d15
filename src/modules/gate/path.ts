import { type AppliedPolicy, countText, dayOf, isUnmet, isWaived } from '../policy/index.ts'
import type { Requirement, Who } from '../policy/schema.ts'
import type { Own } from '../reviews/index.ts'

const whoWords: Record<Who, string> = {
  developer: 'the developer',
  validator: 'a validator',
  approver: 'an approver',
  administrator: 'an administrator',
}

/**
 * The shortest way to an allowed answer, for instance "2 items: 1 for the developer, 1 for a validator". What meets
 * several requirements at once is one item: evidence and the checks that wait for it, one approval that two policies ask for.
 * With `own` it speaks to one person: "2 items, both yours".
 */
export function pathOf(requirements: readonly Requirement[], policies: readonly AppliedPolicy[], own?: Own): string {
  return [wayOf(requirements, policies, own), ...denialTexts(requirements, policies)].join('. ')
}

/** What the policies that are not met say with every denial. */
function denialTexts(requirements: readonly Requirement[], policies: readonly AppliedPolicy[]): string[] {
  const unmet = new Set(requirements.filter(isUnmet).map(({ policy }) => policy.name))
  const texts = policies.flatMap(({ name, document }) => (unmet.has(name) && document.denial ? [document.denial] : []))
  return [...new Set(texts)].map((text) => text.trim().replace(/\.$/, ''))
}

function wayOf(requirements: readonly Requirement[], policies: readonly AppliedPolicy[], own?: Own): string {
  const items = stepsOf(requirements, policies, own)
  if (items.length === 0) return waivedText(requirements) ?? 'nothing left to do'
  const counts = new Map<string, number>()
  const forWhom = (item: Requirement) => (own?.(item) ? 'yours' : `for ${whoWords[item.who]}`)
  for (const whom of items.map(forWhom).toSorted(yoursFirst)) counts.set(whom, (counts.get(whom) ?? 0) + 1)
  const [only] = counts.size === 1 ? [...counts.keys()] : []
  if (only === undefined) {
    return `${items.length} items: ${[...counts].map(([whom, count]) => `${count} ${whom}`).join(', ')}`
  }
  if (items.length === 1) return `1 item, ${only}`
  return `${items.length} items, ${items.length === 2 ? 'both' : 'all'} ${only}`
}

const yoursFirst = (a: string, b: string) => Number(b === 'yours') - Number(a === 'yours')

/** For instance "nothing left to do until 3 March 2026, when the waiver of “Fairness is recent” ends". */
function waivedText(requirements: readonly Requirement[]): string | undefined {
  const waived = requirements.flatMap((each) =>
    each.waiver && isWaived(each) ? [{ ...each, until: each.waiver.until }] : [],
  )
  const first = waived.toSorted((a, b) => (a.until < b.until ? -1 : 1))[0]
  return first && `nothing left to do until ${dayOf(first.until)}, when the waiver of “${first.title}” ends`
}

/** Unmet requirements that have to be met one by one. */
export function stepsOf(
  requirements: readonly Requirement[],
  policies: readonly AppliedPolicy[],
  own?: Own,
): Requirement[] {
  const unmet = requirements.filter(isUnmet)
  const approvers = new Set<string>()
  return unmet.filter((requirement) => {
    if (requirement.type === 'approval') {
      const whom = own?.(requirement) ? 'yours' : requirement.who
      const first = !approvers.has(whom)
      approvers.add(whom)
      return first
    }
    const evidence = evidenceBehind(requirement, policies)
    return !unmet.some(({ id, policy }) => id === evidence && policy.name === requirement.policy.name)
  })
}

function evidenceBehind({ id, type, policy }: Requirement, policies: readonly AppliedPolicy[]): string | undefined {
  if (type !== 'check') return undefined
  const rule = policies.find(({ name }) => name === policy.name)?.document.checks.find((each) => each.id === id)
  return rule && 'evidence' in rule ? rule.evidence : undefined
}

/** Every unmet requirement in one message, for callers whose protocol has only text. */
export function unmetText(requirements: readonly Requirement[]): string {
  const unmet = requirements.filter(isUnmet)
  return unmet
    .map(({ title, explanation, who }) => `${title}: ${explanation} (${whoWords[who]} can meet this)`)
    .join(' ')
}

/** The same as a list, each with the address where it can be met. */
export function unmetList(requirements: readonly Requirement[], publicUrl: string): string[] {
  return requirements
    .filter(isUnmet)
    .map(({ title, explanation, who, link }) => `- ${title}: ${explanation} (${whoWords[who]}) ${publicUrl}${link}`)
}

/** For instance "two of nine requirements are not met". */
export function notMetText(requirements: readonly Requirement[]): string {
  const unmet = requirements.filter(isUnmet).length
  if (requirements.length === 1) return 'the one requirement is not met'
  return `${countText(unmet)} of ${countText(requirements.length)} requirements ${unmet === 1 ? 'is' : 'are'} not met`
}
