import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { KeyFileError, readOrCreateKeyFile } from './key-file.ts'

/** Seals texts that the server must be able to read again, such as the secrets it signs webhooks with. */
export type SecretBox = {
  /** `owner` says whose secret it is: sealed text that is copied to another owner does not open. */
  seal(owner: string, secret: string): string
  /** Throws when the text was altered, belongs to another owner, or was sealed under another key. */
  open(owner: string, sealed: string): string
}

const version = 'v1'
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM under a key of 32 bytes, with a fresh random nonce for every text. */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(owner, secret) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.from(owner))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
    },
    open(owner, sealed) {
      const [form, text = ''] = sealed.split('.')
      const bytes = Buffer.from(text, 'base64url')
      if (form !== version || bytes.length < nonceBytes + tagBytes) throw new Error('a sealed secret cannot be read')
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(owner))
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
    },
  }
}

/** Reads `<dir>/<name>.key` (32 bytes in base64), or creates it on first use. */
export async function loadOrCreateSecretBox(dir: string, name: string): Promise<SecretBox> {
  const path = join(dir, `${name}.key`)
  const text = await readOrCreateKeyFile(path, () => `${randomBytes(32).toString('base64')}\n`)
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== 32) throw new KeyFileError(`the key file ${path} does not hold 32 bytes in base64`)
  return createSecretBox(key)
}
