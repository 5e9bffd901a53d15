import { z } from 'zod'
import { Digest, idSchema } from '../../lib/ids.ts'
import { Reason } from './flow-schema.ts'

/** One reason for several reviews of models of tier low, each with what was seen. */
export const TogetherInput = z.strictObject({
  outcome: z.enum(['approved', 'rejected']),
  reason: z.string().trim().min(10, 'say why in at least ten characters').max(20_000),
  reviews: z
    .array(z.strictObject({ id: idSchema('rev'), scope_digest: Digest }))
    .min(1)
    .max(50)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'each review once'),
})
export type TogetherInput = z.infer<typeof TogetherInput>

/** Each review for itself: one that was refused or failed does not keep the others. */
export const TogetherResult = z.object({
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({ review: z.string(), outcome: z.literal('recorded'), decision: z.string() }),
      z.object({ review: z.string(), outcome: z.literal('refused'), reasons: z.array(Reason).min(1) }),
      z.object({ review: z.string(), outcome: z.literal('failed'), message: z.string() }),
    ]),
  ),
})
export type TogetherResult = z.infer<typeof TogetherResult>
