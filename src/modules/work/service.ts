import { type Actor, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { fromBreakGlass } from './from-break-glass.ts'
import { fromConditions } from './from-conditions.ts'
import { fromDuties } from './from-duties.ts'
import { fromFindings } from './from-findings.ts'
import { fromRequests } from './from-requests.ts'
import { fromReviews } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { inOrder, minutesFor } from './queue.ts'
import { createRenewals, type Upcoming } from './renewals.ts'
import type { Calendar, CalendarQuery, MyWork, Renewal, WorkItem } from './schema.ts'

const day = 86_400_000
/** Days ahead that the page of a person's work shows, and in which a renewal becomes their work. */
const shown = 90
const soon = 30

export type Work = ReturnType<typeof createWork>

/** What waits for whom, and what ends by itself. Reads only. */
export function createWork(parts: WorkParts) {
  const renewals = createRenewals(parts)

  async function mine(actor: Actor): Promise<MyWork> {
    const found = [
      await fromReviews(parts, actor),
      await fromConditions(parts, actor),
      await fromFindings(parts, actor),
      await fromDuties(parts, actor),
      await fromBreakGlass(parts, actor),
      await fromRequests(parts, actor),
    ]
    const { upcoming } = await renewals()
    const now = parts.clock.now().getTime()
    const theirs = upcoming.filter((each) => permits(actor, 'registry.read', each.model) && isConcerned(actor, each))
    const within = (days: number) => new Date(now + days * day).toISOString()
    const lapsing = theirs.filter(({ due_at }) => due_at <= within(shown))
    const due = lapsing.filter(({ due_at }) => due_at <= within(soon))
    return {
      mine: inOrder([...found.flatMap((each) => each.mine), ...due.flatMap((each) => renewalFor(actor, each))]),
      others: inOrder(found.flatMap((each) => each.others)),
      lapsing: lapsing.map(toRenewal),
      next: theirs.map(toRenewal)[0] ?? null,
    }
  }

  async function calendar(actor: Actor, { days }: CalendarQuery): Promise<Calendar> {
    const from = parts.clock.now()
    const until = new Date(from.getTime() + days * day).toISOString()
    const { upcoming, complete } = await renewals()
    const seen = upcoming.filter(({ model, due_at }) => due_at <= until && permits(actor, 'registry.read', model))
    return {
      from: from.toISOString(),
      until,
      renewals: seen.map(toRenewal),
      load: loadOf(seen),
      complete,
    }
  }

  return { mine, calendar }
}

/** Owners, validators and makers; and whoever decides about the model, where nobody has accepted to validate it. */
function isConcerned(actor: Actor, { owner, validators, developers, model }: Upcoming): boolean {
  if (owner === actor.id || [...validators, ...developers].some((each) => each === actor.id)) return true
  return validators.length === 0 && permits(actor, 'review.decide', model)
}

/** Approvals are renewed by those who validate, evidence by those who made the version. */
function renewalFor(actor: Actor, upcoming: Upcoming): WorkItem[] {
  const { model, version, environment, causes, due_at } = upcoming
  const [first] = causes
  if (!first) return []
  const isMaker = upcoming.developers.some((each) => each === actor.id)
  const isTheirs = first.kind === 'evidence' && first.who === 'developer' ? isMaker : !isMaker
  if (!isTheirs) return []
  return [
    {
      key: `renewal:${model}@${version}:${environment}`,
      kind: 'renewal',
      title: `Renew what ${model} ${version} rests on in ${environment}`,
      detail: `${first.title}: it stops counting, and the gate denies from then on.`,
      link: `/models/${encodeURIComponent(model)}/versions/${version}?environment=${encodeURIComponent(environment)}`,
      model,
      version,
      environment,
      consequence: 'lapses',
      due_at,
      minutes: minutesFor.renewal,
    },
  ]
}

function toRenewal({ developers: _, ...renewal }: Upcoming): Renewal {
  return renewal
}

/** Several validators of one model share it: each is counted, since each has to be ready. */
function loadOf(upcoming: readonly Upcoming[]): Calendar['load'] {
  const people = new Map<PersonId | null, Map<string, number>>()
  for (const { validators, due_at } of upcoming) {
    const month = due_at.slice(0, 7)
    for (const person of validators.length > 0 ? validators : [null]) {
      const months = people.get(person) ?? new Map<string, number>()
      people.set(person, months.set(month, (months.get(month) ?? 0) + 1))
    }
  }
  return [...people]
    .map(([person, months]) => ({
      person,
      total: [...months.values()].reduce((sum, count) => sum + count, 0),
      months: [...months].map(([month, count]) => ({ month, count })).toSorted((a, b) => (a.month < b.month ? -1 : 1)),
    }))
    .toSorted((a, b) => b.total - a.total || ((a.person ?? '') < (b.person ?? '') ? -1 : 1))
}
