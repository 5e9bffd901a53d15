import type { HeldGrant } from '../../../src/modules/access/schema.ts'

/** A role, on what, and the provider whose group gives it. */
export function grantText(grant: HeldGrant): string {
  const held = grant.model === null ? grant.role : `${grant.role} of ${grant.model}`
  return grant.source === undefined ? held : `${held}, by a group of ${grant.source.replace(/^oidc:/, '')}`
}
