import { z } from 'zod'

/** One computed number with its interval, or the reason why there is none. */
export const Figure = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('ok'),
    value: z.number(),
    low: z.number().optional(),
    high: z.number().optional(),
    count: z.number().optional(),
    n: z.number().optional(),
  }),
  z.object({ state: z.literal('undefined'), reason: z.string() }),
  z.object({ state: z.literal('suppressed'), reason: z.string() }),
])
export type Figure = z.infer<typeof Figure>
