import type { Grant } from '../../../src/modules/access/schema.ts'

export function grantText(grant: Grant): string {
  return grant.model === null ? grant.role : `${grant.role} of ${grant.model}`
}
