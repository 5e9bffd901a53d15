import { digestOf } from '../../lib/digest.ts'
import { canonicalJson } from '../../lib/json.ts'
import { type KeyId, keyIdOf, type SigningKey, sign, verify } from '../../lib/keys.ts'
import { type ChallengeDocument, SignedChallenge } from './schema.ts'

/** The signature covers the RFC 8785 bytes of the document, whose SHA-256 is the digest. */
export function signChallenge(document: ChallengeDocument, key: SigningKey): SignedChallenge {
  const signature = Buffer.from(sign(key, Buffer.from(canonicalJson(document)))).toString('base64')
  return { document, digest: digestOf(document), key_id: key.keyId, signature }
}

export type VerifiedChallenge =
  | { outcome: 'verified'; document: ChallengeDocument; signed_by: KeyId }
  | { outcome: 'malformed' | 'broken' | 'not_trusted'; message: string }

/** Checks a saved decision about a challenger without a server: its hash, its signature, and who decided. */
export function verifyChallenge(text: string, publicKeys: readonly Uint8Array[]): VerifiedChallenge {
  const file = parseJson(text)
  const parsed = SignedChallenge.safeParse(file)
  if (!parsed.success) return { outcome: 'malformed', message: 'this is not a decision about a challenger' }
  // What was signed is the document as it stands in the file, with whatever else somebody may have put into it.
  const { document } = file as { document: unknown }
  const { digest, signature } = parsed.data
  const actual = digestOf(document)
  if (actual !== digest) {
    return { outcome: 'broken', message: `the document hashes to ${actual}, the file says ${digest}` }
  }
  const bytes = Buffer.from(canonicalJson(document))
  const signer = publicKeys.find((key) => verify(key, bytes, Buffer.from(signature, 'base64')))
  if (!signer) return { outcome: 'not_trusted', message: 'no trusted key has signed this decision' }
  const { outcome, decided_by, developers } = parsed.data.document
  if (outcome === 'promoted' && developers.includes(decided_by)) {
    return { outcome: 'broken', message: 'whoever promoted the challenger also developed it' }
  }
  return { outcome: 'verified', document: parsed.data.document, signed_by: keyIdOf(signer) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
