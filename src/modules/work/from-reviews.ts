import type { Actor } from '../access/schema.ts'
import { listEnvironments } from '../registry/index.ts'
import type { Environment } from '../registry/schema.ts'
import type { ReviewSheet } from '../reviews/schema.ts'
import type { WorkParts } from './parts.ts'
import { leftToDevelop, minutesFor, waitingApprovals } from './queue.ts'
import type { WorkItem } from './schema.ts'

/** Reviews that one look opens. */
const most = 100

export type Waiting = { mine: WorkItem[]; others: WorkItem[] }

/** Decisions that a person may take now, what their own versions lack, and their requests that others have to answer. */
export async function fromReviews({ db, reviews }: WorkParts, actor: Actor): Promise<Waiting> {
  const mine: WorkItem[] = []
  const others: WorkItem[] = []
  const modes = new Map((await listEnvironments(db)).map(({ name, mode }) => [name, mode]))
  const open = await reviews.list(actor, { state: 'open' })
  for (const { id, environment } of open.slice(0, most)) {
    const sheet = await reviews.sheet(actor, id)
    const consequence = modes.get(environment) === 'enforce' ? 'blocks' : 'waits'
    const item = workOn(sheet, consequence)
    const waiting = waitingApprovals(sheet.assessment.requirements)
    const isTheirs = sheet.review.requested_by === actor.id
    if (sheet.review.state === 'changes_requested') {
      const asked = sheet.turns.findLast(({ kind }) => kind === 'changes_requested')
      if (isTheirs && asked) mine.push(item.change(asked.text))
      continue
    }
    if (mayDecide(sheet, actor) && waiting.length > 0) mine.push(item.decide())
    const left = leftToDevelop(sheet.assessment.requirements)
    if (left.length > 0 && (isTheirs || hasMade(sheet, actor))) mine.push(item.meet(left))
    if (isTheirs && waiting[0]) others.push(item.await(waiting[0].explanation))
  }
  return { mine, others }
}

function mayDecide({ conflicts, decisions, review }: ReviewSheet, { id }: Actor): boolean {
  return conflicts.length === 0 && !decisions.some((each) => each.review_id === review.id && each.decided_by === id)
}

const hasMade = ({ snapshot: { version } }: ReviewSheet, { id }: Actor) =>
  version.registered_by === id || version.developers.some((each) => each === id)

function workOn({ review, assessment }: ReviewSheet, consequence: 'blocks' | 'waits') {
  const { id, model, version, environment } = review
  const name = `${model} ${version}`
  const about = { model, version, environment, consequence, due_at: review.due_at }
  const { met, total } = assessment.counts
  return {
    decide: (): WorkItem => ({
      ...about,
      key: `decision:${id}`,
      kind: 'decision',
      title: `Decide about ${name} for ${environment}`,
      detail: `${met} of ${total} requirements are met.`,
      link: `/reviews/${id}`,
      minutes: 5 + minutesFor.requirement * total,
    }),
    change: (detail: string): WorkItem => ({
      ...about,
      key: `changes:${id}`,
      kind: 'review',
      title: `Change what reviewers ask of ${name}, and submit it again`,
      detail,
      link: `/reviews/${id}`,
      minutes: minutesFor.evidence,
    }),
    meet: (left: readonly { title: string }[]): WorkItem => ({
      ...about,
      key: `evidence:${id}`,
      kind: 'evidence',
      title: left.length === 1 ? `Meet a requirement of ${name}` : `Meet ${left.length} requirements of ${name}`,
      detail: left.map(({ title }) => title).join('; '),
      link: pageOf(model, version, environment),
      minutes: minutesFor.evidence * left.length,
    }),
    await: (detail: string): WorkItem => ({
      ...about,
      key: `review:${id}`,
      kind: 'review',
      title: `${name} waits for a decision about ${environment}`,
      detail,
      link: `/reviews/${id}`,
      minutes: 0,
    }),
  }
}

function pageOf(model: string, version: number, environment: Environment['name']): string {
  return `/models/${encodeURIComponent(model)}/versions/${version}?environment=${encodeURIComponent(environment)}`
}
