import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** argon2id with 19 MiB and two passes, the OWASP minimum. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password, options)

/** Verifying against this costs as much as a real one, so that unknown names are not told apart by time. */
const nobody = hash(randomBytes(16).toString('hex'), options)

const rememberedFor = 60_000
const mostRemembered = 1000

/**
 * Verifies passwords. HTTP Basic sends one with every request, so a verified pair is remembered for a minute as a keyed
 * hash with a key that lives only in this process; a changed password changes the stored hash and so misses.
 */
export function createPasswordCheck(now: () => number = Date.now) {
  const key = randomBytes(32)
  const remembered = new Map<string, { tag: Buffer; until: number }>()

  return async function check(stored: string | null, password: string): Promise<boolean> {
    if (stored === null) {
      await verify(await nobody, password)
      return false
    }
    const tag = createHmac('sha256', key).update(stored).update('\0').update(password).digest()
    const known = remembered.get(stored)
    if (known && known.until > now() && timingSafeEqual(known.tag, tag)) return true
    const right = await verify(stored, password)
    if (right) {
      if (remembered.size >= mostRemembered) remembered.clear()
      remembered.set(stored, { tag, until: now() + rememberedFor })
    }
    return right
  }
}
