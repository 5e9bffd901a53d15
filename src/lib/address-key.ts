import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { KeyFileError, readOrCreateKeyFile } from './key-file.ts'

/** Signs addresses that work for a while for whoever has them, by HMAC-SHA256 over everything that they allow. */
export type AddressKey = {
  sign(claims: readonly string[]): string
  matches(claims: readonly string[], signature: string): boolean
}

export function createAddressKey(key: Uint8Array): AddressKey {
  const macOf = (claims: readonly string[]) => createHmac('sha256', key).update(JSON.stringify(claims)).digest()
  return {
    sign: (claims) => macOf(claims).toString('base64url'),
    matches(claims, signature) {
      const given = Buffer.from(signature, 'base64url')
      const right = macOf(claims)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}

/** Reads `<dir>/<name>.key` (32 bytes in base64), or creates it on first use. */
export async function loadOrCreateAddressKey(dir: string, name: string): Promise<AddressKey> {
  const path = join(dir, `${name}.key`)
  const text = await readOrCreateKeyFile(path, () => `${randomBytes(32).toString('base64')}\n`)
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== 32) throw new KeyFileError(`the key file ${path} does not hold 32 bytes in base64`)
  return createAddressKey(key)
}
