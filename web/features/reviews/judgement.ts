import { useState } from 'react'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import type { RequirementKey } from '../../../src/modules/reviews/schema.ts'
import type { ConditionDraft } from './conditions-draft.ts'

/** What a reviewer is about to say. Nothing of it leaves the page before it is signed or said. */
export type Outcome = 'approved' | 'changes' | 'rejected'

export type Judgement = {
  outcome: Outcome | undefined
  choose: (outcome: Outcome) => void
  /** Requirements that have to be different. */
  marked: ReadonlySet<RequirementKey>
  mark: (key: RequirementKey, on: boolean) => void
  /** Of an approval. */
  conditions: readonly ConditionDraft[]
  setConditions: (conditions: readonly ConditionDraft[]) => void
}

export function useJudgement(): Judgement {
  const [outcome, choose] = useState<Outcome>()
  const [marked, setMarked] = useState<ReadonlySet<RequirementKey>>(new Set())
  const [conditions, setConditions] = useState<readonly ConditionDraft[]>([])
  function mark(key: RequirementKey, on: boolean) {
    setMarked((old) => {
      const next = new Set(old)
      if (on) next.add(key)
      else next.delete(key)
      return next
    })
  }
  return { outcome, choose, marked, mark, conditions, setConditions }
}

export function keyOf({ policy, id }: Pick<Requirement, 'policy' | 'id'>): RequirementKey {
  return `${policy.name}/${id}`
}
