import { z } from 'zod'

/** `waived`: it may run, although something is not met, because a waiver in force stands in for each of these. */
export const Outcome = z.enum(['allowed', 'waived', 'denied'])
export type Outcome = z.infer<typeof Outcome>
