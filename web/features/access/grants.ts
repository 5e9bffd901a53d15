import type { HeldGrant } from '../../../src/modules/access/schema.ts'

/** A role, on what, until when, and the provider whose group gives it. */
export function grantText(grant: HeldGrant): string {
  const held = grant.model === null ? grant.role : `${grant.role} of ${grant.model}`
  if (grant.until !== undefined) return `${held} until ${grant.until.slice(0, 10)}`
  return grant.source === undefined ? held : `${held}, by a group of ${grant.source.replace(/^oidc:/, '')}`
}
