import type { Tx } from '../../db/database.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson, type JsonObject } from '../../lib/json.ts'
import type { Person } from '../access/schema.ts'
import type { RecordEvent } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import { deadlinesOf } from '../policy/index.ts'
import { thingsOf } from './parts.ts'
import { reviewersOf } from './reviewers.ts'
import type { Parties } from './separation.ts'
import type { Situation } from './situation.ts'
import * as store from './store.ts'

type Opening = {
  /** Who asks for it, or asked for the one that it goes on with. */
  readonly requester: PersonId
  readonly by: ActorRef['id']
  readonly note: string
  readonly action: 'review.submitted' | 'review.reopened'
  readonly detail?: JsonObject
  readonly people: readonly Person[]
  readonly parties: Omit<Parties, 'roles'>
}

/** A review over what is there now, recorded, and told to everybody who could decide. Part of a write. */
export async function openReview(
  tx: Tx,
  record: RecordEvent,
  situation: Situation,
  { requester, by, note, action, detail = {}, people, parties }: Opening,
): Promise<store.StoredReview> {
  const { model, version, environment, scope_digest, approvals } = situation
  const now = situation.snapshot.at
  const documents = situation.policies.map(({ document }) => document)
  const row = {
    id: newId('rev', Date.parse(now)),
    model_id: model.id,
    version_id: version.id,
    version: version.version,
    environment: environment.name,
    state: 'open' as const,
    round: 1,
    requested_by: requester,
    requested_at: now,
    note,
    scope: canonicalJson(situation.scope),
    ...deadlinesOf(documents, { ...situation.snapshot, requester }, approvals, now),
    closed_at: null,
  }
  await store.insertReview(tx, row)
  const due = row.due_at === null ? {} : { due_at: row.due_at }
  record(
    action,
    `review:${row.id}`,
    { environment: row.environment, scope_digest, ...due, ...detail },
    thingsOf(situation),
  )
  const until = row.due_at === null ? '' : `, due on ${row.due_at.slice(0, 10)}`
  await tell(tx, {
    to: await reviewersOf(tx, row, situation, { people, parties }),
    kind: 'review_asked',
    text: `${model.name} ${version.version} for ${row.environment} waits for a decision${until}.`,
    link: `/reviews/${row.id}`,
    by,
    at: now,
  })
  return row
}
