import { z } from 'zod'
import { isLoopback } from '../../lib/loopback.ts'
import { RoleName } from '../access/schema.ts'

/** Where a provider says things; a dot leads into an object, as in `realm_access.roles`. */
const Claims = z.strictObject({
  login: z.string().min(1).default('preferred_username'),
  name: z.string().min(1).default('name'),
  email: z.string().min(1).default('email'),
  groups: z.string().min(1).default('groups'),
})

const GroupRole = z.strictObject({
  group: z.string().min(1),
  role: RoleName,
  model: z.string().min(1).nullable().default(null),
  workspace: z.string().min(1).default('main'),
})
export type GroupRole = z.infer<typeof GroupRole>

const isSafe = (address: string) => {
  const url = new URL(address)
  return url.protocol === 'https:' || isLoopback(url.hostname)
}

/** An OpenID Connect provider, as the operator describes it. */
export const Provider = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens')
      .default('oidc'),
    /** What stands on the button. */
    label: z.string().trim().min(1).max(60).default('Single sign-on'),
    issuer: z.url({ protocol: /^https?$/ }).refine(isSafe, 'must begin with https:// unless it is on this machine'),
    client_id: z.string().min(1),
    client_secret: z.string().min(1).optional(),
    client_secret_file: z.string().min(1).optional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
      .default(['openid', 'profile', 'email'])
      .refine((scopes) => scopes.includes('openid'), 'must have openid'),
    claims: Claims.prefault({}),
    /** `known`: only people whom an administrator linked. `create`: an account is made at the first sign-in. */
    accounts: z.enum(['known', 'create']).default('known'),
    /** `verified_email`: the account whose sign-in name is the verified address belongs to whoever comes with it. */
    match: z.enum(['none', 'verified_email']).default('none'),
    /** Who may come in at all; nobody is kept out by an empty list. */
    domains: z.array(z.string().trim().toLowerCase().min(1)).default([]),
    groups: z.array(z.string().min(1)).default([]),
    roles: z.array(GroupRole).default([]),
    /** Signing out ends the session at the provider, too, where it offers that. */
    sign_out: z.boolean().default(true),
  })
  .refine(({ match, domains }) => match === 'none' || domains.length > 0, {
    path: ['domains'],
    message: 'match: verified_email needs the domains whose addresses this provider verifies',
  })
  .refine((each) => each.client_secret === undefined || each.client_secret_file === undefined, {
    path: ['client_secret_file'],
    message: 'give the secret itself or its file, not both',
  })
export type Provider = z.infer<typeof Provider>

export const Providers = z
  .array(Provider)
  .max(10)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two providers have the same id')
