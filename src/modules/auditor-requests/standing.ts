import { type Actor, type Permission, type Person, permissionsIn, permits, type Seat } from '../access/schema.ts'
import type { RequestState, RequestStep } from './schema.ts'
import type { RequestRow } from './tables.ts'

/** Whom a request concerns, and as what. The auditor is whoever holds the open seat that it was asked from. */
export type Standing = 'auditor' | 'host' | 'assignee'

export function standingOf(actor: Actor, { seat_id, assignee }: RequestRow): Standing | undefined {
  if (heldSeats(actor).some((seat) => seat === seat_id)) return 'auditor'
  if (permits(actor, 'access.write')) return 'host'
  return assignee === actor.id ? 'assignee' : undefined
}

/** The open seats of whoever acts. */
export function heldSeats({ grants }: Pick<Actor, 'grants'>): Seat['id'][] {
  return [...new Set(grants.flatMap(({ seat }) => (seat === undefined ? [] : [seat])))]
}

/** Those who open seats, and may say something. */
export const isHost = ({ kind, disabled_at, grants }: Person) =>
  kind === 'person' && disabled_at === null && permits({ grants, scopes: null }, 'access.write')

/** Whether somebody may be asked to answer about these models, or about nothing in particular. */
export function mayAnswer({ kind, disabled_at, grants }: Person, models: readonly string[]): boolean {
  if (kind !== 'person' || disabled_at !== null) return false
  if (models.length === 0) return grants.some((grant) => permissionsIn(grant).includes('audit.answer'))
  return models.every((model) => permits({ grants, scopes: null }, 'audit.answer', model))
}

type Rule = { readonly by: readonly Standing[]; readonly needs: Permission; readonly from: readonly RequestState[] }

/** Who takes which step, and from where. */
export const rules: Record<RequestStep, Rule> = {
  answer: { by: ['host', 'assignee'], needs: 'audit.answer', from: ['asked', 'returned', 'answered'] },
  decline: { by: ['host', 'assignee'], needs: 'audit.answer', from: ['asked', 'returned'] },
  assign: { by: ['host'], needs: 'audit.answer', from: ['asked', 'returned', 'answered'] },
  return: { by: ['auditor'], needs: 'audit.ask', from: ['answered'] },
  close: { by: ['auditor'], needs: 'audit.ask', from: ['answered'] },
  withdraw: { by: ['auditor'], needs: 'audit.ask', from: ['asked', 'returned', 'answered'] },
}

/** Whether any grant lets the actor do it, in the workspace or on one model. */
const holds = ({ grants, scopes }: Actor, permission: Permission) =>
  (scopes === null || scopes.includes(permission)) && grants.some((grant) => permissionsIn(grant).includes(permission))

export function stepsOf(actor: Actor, row: RequestRow, state: RequestState): RequestStep[] {
  const standing = standingOf(actor, row)
  const steps = Object.keys(rules) as RequestStep[]
  return steps.filter((step) => {
    const { by, needs, from } = rules[step]
    return standing !== undefined && by.includes(standing) && from.includes(state) && holds(actor, needs)
  })
}
