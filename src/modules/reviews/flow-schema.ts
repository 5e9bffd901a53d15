import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

export const TurnId = idSchema('trn')
export type TurnId = z.infer<typeof TurnId>
export const DelegationId = idSchema('dlg')
export type DelegationId = z.infer<typeof DelegationId>

/** A requirement by its policy and rule, such as `lending/fair-selection`. */
export const RequirementKey = z.string().regex(/^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/, 'policy/rule')
export type RequirementKey = z.infer<typeof RequirementKey>

/** What a private note is about: one requirement, or the review as a whole. */
export const NoteKey = z.union([z.literal('review'), RequirementKey])
export type NoteKey = z.infer<typeof NoteKey>

const Said = z.string().trim().min(10, 'say it in at least ten characters').max(20_000)
/** Private notes that become comments with what is being said. */
const Notes = z.array(NoteKey).max(200).default([])

export { Notes as PublishedNotes }

export const ChangesInput = z.strictObject({
  text: Said,
  /** What has to be different: at least one. */
  requirements: z.array(RequirementKey).min(1).max(100),
  publish_notes: Notes,
})
export type ChangesInput = z.infer<typeof ChangesInput>

export const ResubmitInput = z.strictObject({ text: Said })
export type ResubmitInput = z.infer<typeof ResubmitInput>

/** A statement in a review that is no decision: what a reviewer wants changed, and what the requester did about it. */
export const ReviewTurn = z.object({
  id: TurnId,
  kind: z.enum(['changes_requested', 'resubmitted']),
  round: z.int(),
  said_by: PersonId,
  said_at: Moment,
  text: z.string(),
  requirements: z.array(RequirementKey),
  /** What was there at that moment. */
  scope_digest: Digest,
})
export type ReviewTurn = z.infer<typeof ReviewTurn>

export const longestDelegationDays = 90

export const DelegationInput = z.strictObject({
  to: PersonId,
  /** At most 90 days away. */
  until: Moment,
  reason: Said,
})
export type DelegationInput = z.infer<typeof DelegationInput>

/** Somebody decides in a review in the place of a reviewer, for a while. */
export const Delegation = z.object({
  id: DelegationId,
  from: PersonId,
  to: PersonId,
  ends_at: Moment,
  reason: z.string(),
  given_at: Moment,
  state: z.enum(['active', 'ended']),
})
export type Delegation = z.infer<typeof Delegation>

/** An empty text takes the note away. */
export const NoteInput = z.strictObject({ about: NoteKey, text: z.string().max(20_000) })
export type NoteInput = z.infer<typeof NoteInput>

/** Seen by whoever wrote it, and by nobody else. */
export const PrivateNote = z.object({ about: NoteKey, text: z.string(), changed_at: Moment })
export type PrivateNote = z.infer<typeof PrivateNote>

export const Reason = z.object({ rule: z.string(), message: z.string() })
const Refused = z.object({ outcome: z.literal('refused'), reasons: z.array(Reason).min(1) })

export { Refused as RefusedStep }
