import { z } from 'zod'
import { toBase64 } from './base64.ts'
import { type KeyId, keyIdOf, type SigningKey, sign, verify } from './keys.ts'

/** A DSSE v1 envelope (github.com/secure-systems-lab/dsse), JSON form. */
export const Envelope = z.object({
  payload: z.string(),
  payloadType: z.string().min(1),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.string() })).min(1),
})
export type Envelope = z.infer<typeof Envelope>

export type OpenedEnvelope =
  | { outcome: 'verified'; payloadType: string; payload: Uint8Array; signedBy: KeyId[] }
  | { outcome: 'malformed' | 'not_verified'; message: string }

/** Pre-authentication encoding: the exact bytes a DSSE signature covers. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType)
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload])
}

export function signEnvelope(payloadType: string, payload: Uint8Array, keys: readonly SigningKey[]): Envelope {
  const bytes = preAuthEncoding(payloadType, payload)
  return {
    payload: toBase64(payload),
    payloadType,
    signatures: keys.map((key) => ({ keyid: key.keyId, sig: toBase64(sign(key, bytes)) })),
  }
}

/**
 * Verifies an envelope against trusted public keys. The keyid is a hint that anyone can write: every signature is tried
 * with every key. Signatures by others are ignored; one by a trusted key is enough.
 */
export function openEnvelope(envelope: Envelope, publicKeys: readonly Uint8Array[]): OpenedEnvelope {
  const payload = decode(envelope.payload)
  if (!payload) return { outcome: 'malformed', message: 'the payload of the envelope is not base64' }
  const bytes = preAuthEncoding(envelope.payloadType, payload)
  const signatures = envelope.signatures.flatMap(({ sig }) => decode(sig) ?? [])
  const signers = publicKeys.filter((key) => signatures.some((signature) => verify(key, bytes, signature)))
  if (signers.length === 0) return { outcome: 'not_verified', message: 'no trusted key has signed this envelope' }
  return { outcome: 'verified', payloadType: envelope.payloadType, payload, signedBy: signers.map(keyIdOf) }
}

/** DSSE readers accept standard and URL-safe base64, with or without padding. */
function decode(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}
