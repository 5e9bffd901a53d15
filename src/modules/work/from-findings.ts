import { type Actor, permits } from '../access/schema.ts'
import type { Finding } from '../findings/schema.ts'
import type { Waiting } from './from-reviews.ts'
import type { WorkParts } from './parts.ts'
import { minutesFor } from './queue.ts'
import type { Consequence, WorkItem } from './schema.ts'

/** Findings whose page one look opens. */
const most = 100

/** What a person has to mend, what they may verify, and what they mended that somebody else has to verify. */
export async function fromFindings({ findings }: WorkParts, actor: Actor): Promise<Waiting> {
  const mine: WorkItem[] = []
  const others: WorkItem[] = []
  const open = await findings.list(actor, { state: 'open' })
  const theirs = open.filter(
    ({ state, owner, resolved_by, model }) =>
      owner === actor.id ||
      resolved_by === actor.id ||
      (state === 'resolved' && permits(actor, 'review.decide', model)),
  )
  for (const { id } of theirs.slice(0, most)) {
    const { finding, blocks, conflicts } = await findings.sheet(actor, id)
    const consequence = finding.overdue ? 'overdue' : blocks.length > 0 ? 'blocks' : 'waits'
    const detail = blocks.length > 0 ? `It blocks ${blocks.join(' and ')}.` : `Its severity is ${finding.severity}.`
    if (finding.state !== 'resolved') {
      if (finding.owner === actor.id) mine.push(item(finding, 'finding', 'Mend', consequence, detail))
    } else if (conflicts.length === 0 && permits(actor, 'review.decide', finding.model)) {
      mine.push(item(finding, 'verification', 'Verify', consequence, `It is said to be mended. ${detail}`))
    } else {
      others.push(item(finding, 'verification', 'Waits to be verified', consequence, detail))
    }
  }
  return { mine, others }
}

function item(
  finding: Finding,
  kind: 'finding' | 'verification',
  order: string,
  consequence: Consequence,
  detail: string,
): WorkItem {
  const { id, title, model, version, due_at } = finding
  return {
    key: `${kind}:${id}`,
    kind,
    title: `${order}: ${title}`,
    detail,
    link: `/findings/${id}`,
    model,
    version,
    environment: null,
    consequence,
    due_at,
    minutes: minutesFor[kind],
  }
}
