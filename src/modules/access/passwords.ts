import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { onDemand } from '../../lib/on-demand.ts'

/** argon2id with 19 MiB and two passes, the OWASP minimum. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const argon2 = onDemand<typeof import('@node-rs/argon2')>('@node-rs/argon2')

export const hashPassword = (password: string): Promise<string> => argon2().hash(password, options)

/** Verifying against this costs as much as a real one, so that unknown names are not told apart by time. No password has it. */
const nobody = `$argon2id$v=19$m=${options.memoryCost},t=${options.timeCost},p=${options.parallelism}$${salt(16)}$${salt(32)}`

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
      await argon2().verify(nobody, password)
      return false
    }
    const tag = createHmac('sha256', key).update(stored).update('\0').update(password).digest()
    const known = remembered.get(stored)
    if (known && known.until > now() && timingSafeEqual(known.tag, tag)) return true
    const right = await argon2().verify(stored, password)
    if (right) {
      if (remembered.size >= mostRemembered) remembered.clear()
      remembered.set(stored, { tag, until: now() + rememberedFor })
    }
    return right
  }
}

/** Random bytes in the form of an encoded hash: base64 without padding. */
function salt(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '')
}
