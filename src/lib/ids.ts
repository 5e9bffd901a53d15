import { z } from 'zod'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Ids are `prefix_` followed by 24 Crockford base-32 characters: 48 bits of time in milliseconds and 72 random bits,
 * so that they sort by creation and never collide.
 */
export function newId<P extends string>(prefix: P, now = Date.now()): `${P}_${string}` {
  const random = crypto.getRandomValues(new Uint8Array(14))
  let text = ''
  let time = now
  for (let i = 0; i < 10; i++) {
    text = alphabet.charAt(time % 32) + text
    time = Math.floor(time / 32)
  }
  for (const byte of random) text += alphabet.charAt(byte & 31)
  return `${prefix}_${text}`
}

/** A zod schema for ids of one kind; the type is branded by its prefix through the template literal. */
export function idSchema<P extends string>(prefix: P) {
  return z.templateLiteral([`${prefix}_`, z.string().regex(/^[0-9a-z]{24}$/)])
}

/** `sha256:` and 64 lower-case hexadecimal digits. */
export const Digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)])
export type Digest = z.infer<typeof Digest>

/** A moment as ISO-8601 in UTC with milliseconds, the only form in which moments are stored and sent. */
export const Moment = z.iso.datetime()
export type Moment = z.infer<typeof Moment>
