import type { Grant } from './schema.ts'

/** The roles that hold at a moment, and when the last one ended that a seat gave, if no seat is open. */
export function heldAt(all: readonly Grant[], now: string): { grants: Grant[]; lapsed: string | undefined } {
  const grants = all.filter(({ until }) => until === undefined || until > now)
  if (grants.some(({ seat }) => seat !== undefined)) return { grants, lapsed: undefined }
  const ends = all.flatMap(({ until }) => (until !== undefined && until <= now ? [until] : []))
  return { grants, lapsed: ends.toSorted().at(-1) }
}
