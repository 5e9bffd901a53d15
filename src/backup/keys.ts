import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BackupError } from './files.ts'

const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
const Files = z.record(z.string().regex(/^[a-z-]+\.(pem|key)$/), z.string())

/** The folder of keys as one text, under AES-256-GCM with a key that scrypt makes of the passphrase. */
export async function sealKeys(folder: string, passphrase: string): Promise<string> {
  const files: Record<string, string> = {}
  for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name), 'utf8')
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, cost), nonce)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(files), 'utf8'), cipher.final()])
  return `modelkeep-keys-1.${[salt, nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.')}\n`
}

/** Writes the keys into a folder; throws when the passphrase is another one. */
export async function openKeys(text: string, passphrase: string, folder: string): Promise<void> {
  const [form, ...parts] = text.trim().split('.')
  const [salt, nonce, tag, sealed] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (form !== 'modelkeep-keys-1' || !salt || !nonce || !tag || !sealed)
    throw new BackupError('the keys cannot be read')
  const decipher = createDecipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, cost), nonce)
  decipher.setAuthTag(tag)
  let plain: string
  try {
    plain = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    throw new BackupError('this passphrase does not open the keys')
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [name, content] of Object.entries(Files.parse(JSON.parse(plain)))) {
    await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
  }
}
