import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { fromBase64 } from './base64.ts'

/** A WebAuthn assertion with the key that checks it; bytes in base64, the key as SubjectPublicKeyInfo. */
export type PasskeySignature = {
  readonly key_id: string
  readonly public_key: string
  readonly credential_id: string
  readonly rp_id: string
  readonly authenticator_data: string
  readonly client_data: string
  readonly signature: string
}

/** User present, and verified by a finger, a face or a PIN: bits 0 and 2 of the flags (WebAuthn level 3, section 6.1). */
const presentAndVerified = 0b101

const mlDsa = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const

/** `passkey:` and the SHA-256 of the DER SubjectPublicKeyInfo, 64 hexadecimal digits. */
export const passkeyIdOf = (spki: Uint8Array) => `passkey:${hash('sha256', spki, 'hex')}`

/** What a passkey signs in place of the statement itself. */
export const challengeOf = (statement: Uint8Array) => hash('sha256', statement, 'buffer')

/** What is wrong with a passkey's signature over a statement, judged from these bytes alone; undefined when it holds. */
export function passkeyProblem(statement: Uint8Array, own: PasskeySignature): string | undefined {
  const spki = fromBase64(own.public_key)
  const key = spki && publicKeyOf(spki)
  if (!spki || !key || passkeyIdOf(spki) !== own.key_id) return 'the passkey of the person is not the one that is named'
  const data = fromBase64(own.authenticator_data)
  const client = fromBase64(own.client_data)
  const signature = fromBase64(own.signature)
  if (!data || data.length < 37 || !client || !signature) return 'the signature of the passkey is not well-formed'
  const said = clientDataOf(client)
  if (said?.type !== 'webauthn.get') return 'the passkey was not asked to sign'
  if (said.challenge !== challengeOf(statement).toString('base64url') || said.crossOrigin === true)
    return 'the person has not signed this decision with the passkey that it names'
  if (!isOf(said.origin, own.rp_id) || !hash('sha256', own.rp_id, 'buffer').equals(data.subarray(0, 32)))
    return 'the passkey signed for another server'
  if ((Number(data[32]) & presentAndVerified) !== presentAndVerified) return 'the passkey did not verify the person'
  const signed = Buffer.concat([data, hash('sha256', client, 'buffer')])
  const kind = key.asymmetricKeyType
  if (verify(kind === 'ec' || kind === 'rsa' ? 'sha256' : null, signed, key, signature)) return undefined
  return 'the person has not signed this decision with the passkey that it names'
}

/** A key of the kinds that passkeys here have: ES256, RS256, EdDSA with Ed25519, ML-DSA (FIPS 204). */
export function publicKeyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key
    const counts =
      kind === 'ed25519' ||
      mlDsa.some((each) => each === kind) ||
      (kind === 'ec' && details?.namedCurve === 'prime256v1') ||
      (kind === 'rsa' && (details?.modulusLength ?? 0) >= 2048)
    return counts ? key : undefined
  } catch {
    return undefined
  }
}

type ClientData = { type?: unknown; challenge?: unknown; origin?: unknown; crossOrigin?: unknown }

function clientDataOf(bytes: Uint8Array): ClientData | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** An origin belongs to a relying party when its host is that name. */
function isOf(origin: unknown, rpId: string): boolean {
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).hostname === rpId
}
