import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'
import { EnvironmentName } from '../registry/schema.ts'

export const CommentId = idSchema('cmt')
export type CommentId = z.infer<typeof CommentId>

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -')

/** What a comment is about; a requirement is named by its policy and rule, whatever version the policy has. */
export const CommentSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('review'), id: idSchema('rev') }),
  z.strictObject({ kind: z.literal('requirement'), environment: EnvironmentName, policy: Name, rule: Name }),
  z.strictObject({ kind: z.literal('evidence'), id: idSchema('evi') }),
])
export type CommentSubject = z.infer<typeof CommentSubject>

/** Markdown; `@login` tells that person. */
const Text = z.string().trim().min(1, 'say something').max(20_000)

export const CommentInput = z.strictObject({
  about: CommentSubject,
  text: Text,
  /** The comment that this one answers; it is about the same thing. */
  answers: CommentId.optional(),
})
export type CommentInput = z.infer<typeof CommentInput>

export const CommentChange = z.strictObject({ text: Text })
export type CommentChange = z.infer<typeof CommentChange>

export const Comment = z.object({
  id: CommentId,
  about: CommentSubject,
  answers: CommentId.nullable(),
  said_by: PersonId,
  said_at: Moment,
  /** The text as it stands now. A comment that was taken back keeps it. */
  text: z.string(),
  /** Every earlier text, oldest first. */
  earlier: z.array(z.object({ text: z.string(), said_at: Moment })),
  changed_at: Moment.nullable(),
  retracted_at: Moment.nullable(),
  /** Who was told because they were named. */
  mentions: z.array(PersonId),
})
export type Comment = z.infer<typeof Comment>

/** `untold` are logins that were named, and that belong to nobody who may read it. */
export const SaidComment = z.object({ comment: Comment, untold: z.array(z.string()) })
export type SaidComment = z.infer<typeof SaidComment>
