import {
  createPrivateKey,
  createPublicKey,
  sign as cryptoSign,
  verify as cryptoVerify,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomUUID,
} from 'node:crypto'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { toBase64 } from './base64.ts'

/** An Ed25519 key (RFC 8032) that can sign. The private part never leaves the KeyObject except into its file. */
export type SigningKey = {
  readonly name: string
  readonly keyId: KeyId
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

/** `ed25519:` and the SHA-256 of the 32 raw bytes of the public key, 64 hexadecimal digits. */
export type KeyId = `ed25519:${string}`

/** A key file that must not be used as it is; the message says what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}

/** What comes before the 32 raw bytes in a DER SubjectPublicKeyInfo of an Ed25519 key (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export function keyIdOf(publicKey: Uint8Array): KeyId {
  return `ed25519:${hash('sha256', publicKey, 'hex')}`
}

/** For screens: the first 8 bytes of the hash, 16 digits. Never compare by it. */
export function shortKeyId(keyId: KeyId): string {
  return keyId.slice(0, 'ed25519:'.length + 16)
}

export function createKey(name: string): SigningKey {
  return toSigningKey(name, generateKeyPairSync('ed25519').privateKey)
}

export function sign(key: SigningKey, bytes: Uint8Array): Uint8Array {
  return cryptoSign(null, bytes, key.privateKey)
}

/** False for anything that is not this key's signature over these bytes, malformed keys included. */
export function verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const key = createPublicKey({ key: spkiOf(publicKey), format: 'der', type: 'spki' })
  return cryptoVerify(null, bytes, key, signature)
}

export function publicKeyBase64(publicKey: Uint8Array): string {
  return toBase64(spkiOf(publicKey))
}

export function publicKeyPem(publicKey: Uint8Array): string {
  return `-----BEGIN PUBLIC KEY-----\n${publicKeyBase64(publicKey)}\n-----END PUBLIC KEY-----\n`
}

/** Reads the 32 raw bytes out of a PEM or base64 SubjectPublicKeyInfo; undefined when it is no Ed25519 key. */
export function parsePublicKey(text: string): Uint8Array | undefined {
  const base64 = text.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s/g, '')
  const der = Buffer.from(base64, 'base64')
  if (der.length !== spkiPrefix.length + 32 || der.toString('base64') !== base64) return undefined
  if (!der.subarray(0, spkiPrefix.length).equals(spkiPrefix)) return undefined
  return Uint8Array.from(der.subarray(spkiPrefix.length))
}

/**
 * Reads `<dir>/<name>.pem` (PKCS #8), or creates it on first use. When several processes start at once they all end up
 * with the same key: each writes a file of its own and only the first can be linked to the name, already complete.
 */
export async function loadOrCreateKey(dir: string, name: string): Promise<SigningKey> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) throw new KeyFileError(`"${name}" is not a name for a key file`)
  const path = join(dir, `${name}.pem`)
  const existing = await readKeyFile(path)
  if (existing !== undefined) return parseKeyFile(path, name, existing)

  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeKeyFile(dir, path, createKey(name))
  const written = await readKeyFile(path)
  if (written === undefined) throw new KeyFileError(`the key file ${path} vanished while it was created`)
  return parseKeyFile(path, name, written)
}

async function writeKeyFile(dir: string, path: string, key: SigningKey): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  const directory = await open(dir, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function readKeyFile(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (!file) return undefined
  try {
    const { mode } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw new KeyFileError(`the key file ${path} is open to others (mode ${octal}): run chmod 600 on it`)
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function parseKeyFile(path: string, name: string, pem: string): SigningKey {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem' })
  } catch (cause) {
    throw new KeyFileError(`the key file ${path} holds no private key in PEM`, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new KeyFileError(`the key file ${path} holds a ${key.asymmetricKeyType} key, not an Ed25519 key`)
  }
  return toSigningKey(name, key)
}

function toSigningKey(name: string, privateKey: KeyObject): SigningKey {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const publicKey = Uint8Array.from(spki.subarray(spkiPrefix.length))
  return { name, keyId: keyIdOf(publicKey), publicKey, privateKey }
}

function spkiOf(publicKey: Uint8Array): Buffer {
  return Buffer.concat([spkiPrefix, publicKey])
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
