import { conflict } from '../../lib/errors.ts'
import type { Person } from './schema.ts'

export type HeldDuties = readonly { workspace: string; duties: number }[]

/** Whoever answers for something does not disappear unnoticed. */
export function refuseHeld(person: Pick<Person, 'login' | 'disabled_at'>, held: HeldDuties): void {
  const total = held.reduce((sum, { duties }) => sum + duties, 0)
  if (total === 0 || person.disabled_at !== null) return
  const where = held.map(({ workspace, duties }) => `${duties} in ${workspace}`).join(', ')
  throw conflict(
    `${person.login} holds duties (${where}): hand them over first, or say that they are left, and each raises an alarm`,
    { rule: 'duties-held', duties: held },
  )
}
