import { z } from 'zod'
import { Login, Password } from '../access/schema.ts'
import { Organisation } from '../policy/schema.ts'

/** What the set-up page asks on a server that just started for the first time. */
export const SetUpInput = z.strictObject({
  /** What the first workspace is for, in a few words. */
  workspace: z.string().trim().min(1).max(200),
  administrator: z.strictObject({
    name: z.string().trim().min(1).max(200),
    login: Login,
    password: Password,
  }),
  /** `second_factor`: everyone adds one at their next sign-in. */
  sign_in: z.enum(['password', 'second_factor']),
  organisation: Organisation,
})
export type SetUpInput = z.infer<typeof SetUpInput>
