import { createPublicKey } from 'node:crypto'
import { publicKeyOf } from '../../lib/passkey-signature.ts'

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64url')

/** By their COSE numbers. */
const mlDsa: Record<string, string> = { '-48': 'ML-DSA-44', '-49': 'ML-DSA-65', '-50': 'ML-DSA-87' }

/** The DER SubjectPublicKeyInfo of a passkey's COSE key; undefined for a kind that is not used here. */
export async function spkiOf(coseKey: Uint8Array<ArrayBuffer>): Promise<Buffer | undefined> {
  const { cose, decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers')
  const key = decodeCredentialPublicKey(coseKey)
  const { x, y, n, e, alg, pub } = cose.COSEKEYS
  const jwk = cose.isCOSEPublicKeyEC2(key)
    ? { kty: 'EC', crv: 'P-256', x: text(key.get(x)), y: text(key.get(y)) }
    : cose.isCOSEPublicKeyOKP(key)
      ? { kty: 'OKP', crv: 'Ed25519', x: text(key.get(x)) }
      : cose.isCOSEPublicKeyRSA(key)
        ? { kty: 'RSA', n: text(key.get(n)), e: text(key.get(e)) }
        : cose.isCOSEPublicKeyAKP(key)
          ? { kty: 'AKP', alg: mlDsa[String(key.get(alg))] ?? '', pub: text(key.get(pub)) }
          : undefined
  if (!jwk) return undefined
  try {
    const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' })
    return publicKeyOf(spki) && spki
  } catch {
    return undefined
  }
}
