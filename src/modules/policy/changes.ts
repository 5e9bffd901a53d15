import type { EvidenceKind } from '../evaluation/schema.ts'
import type { ChangeRule, PolicyDocument } from './schema.ts'

/** Something that differs between what was approved and what is there now. What is sealed cannot be tolerated, so it is `sealed`. */
export type Change = {
  readonly what: ChangeRule['changes'][number] | 'sealed'
  readonly kind?: EvidenceKind | undefined
  readonly text: string
}

/** What becomes of an approval: it ends and a review opens, it ends, it stays and people are told, it stays. */
export const consequences = ['reopen', 'lapse', 'notify', 'ignore'] as const
export type Consequence = (typeof consequences)[number]

/** The strictest that the policies say about a change; without a rule of every one of them the approval ends. */
export function consequenceOf({ what, kind }: Change, documents: readonly PolicyDocument[]): Consequence {
  if (documents.length === 0) return 'lapse'
  const said = documents.map(({ changes }) => {
    const rule = changes.find(
      (each) =>
        each.changes.some((name) => name === what) &&
        (each.kinds === undefined || (kind !== undefined && each.kinds.includes(kind))),
    )
    return what === 'sealed' ? 'lapse' : (rule?.effect ?? 'lapse')
  })
  return strictestOf(said) ?? 'lapse'
}

/** Undefined when nothing follows from nothing. */
export function strictestOf(said: readonly Consequence[]): Consequence | undefined {
  return consequences.find((each) => said.includes(each))
}
