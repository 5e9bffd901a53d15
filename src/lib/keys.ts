import {
  createPrivateKey,
  createPublicKey,
  sign as cryptoSign,
  verify as cryptoVerify,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto'
import { join } from 'node:path'
import { toBase64 } from './base64.ts'
import { KeyFileError, readOrCreateKeyFile } from './key-file.ts'

export { KeyFileError } from './key-file.ts'

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

/** Reads `<dir>/<name>.pem` (PKCS #8), or creates it on first use. */
export async function loadOrCreateKey(dir: string, name: string): Promise<SigningKey> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) throw new KeyFileError(`"${name}" is not a name for a key file`)
  const path = join(dir, `${name}.pem`)
  const pem = await readOrCreateKeyFile(path, () => pemOf(createKey(name)))
  return parseKeyFile(path, name, pem)
}

/** The key in a PKCS #8 file that only its owner reads; made when there is none and `create` says so. */
export async function loadKeyAt(path: string, { create }: { create: boolean }): Promise<SigningKey> {
  const pem = await readOrCreateKeyFile(path, () => {
    if (!create) throw new KeyFileError(`there is no key file ${path}`)
    return pemOf(createKey(path))
  })
  return parseKeyFile(path, path, pem)
}

const pemOf = ({ privateKey }: SigningKey) => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

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
