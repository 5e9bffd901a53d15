import { PersonId } from '../../../src/modules/access/schema.ts'
import type { ConditionInput } from '../../../src/modules/reviews/schema.ts'
import { endOfDay } from '../duties/end-of-day.ts'

/** A condition as it is being written. */
export type ConditionDraft = { key: number; text: string; owner: string; day: string }

/** Undefined while one of them is not complete. */
export function conditionsFrom(drafts: readonly ConditionDraft[]): ConditionInput[] | undefined {
  const conditions = drafts.flatMap(({ text, owner, day }): ConditionInput[] => {
    const person = PersonId.safeParse(owner)
    if (text.trim().length < 10 || !person.success || day === '') return []
    return [{ text: text.trim(), owner: person.data, due_at: endOfDay(day) }]
  })
  return conditions.length === drafts.length ? conditions : undefined
}
