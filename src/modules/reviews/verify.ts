import { digestOf } from '../../lib/digest.ts'
import { canonicalJson } from '../../lib/json.ts'
import { type KeyId, keyIdOf, type SigningKey, sign, verify } from '../../lib/keys.ts'
import { type DecisionDocument, SignedDecision } from './schema.ts'
import { scopeDigestOf } from './scope.ts'
import { personSignatureProblem } from './statement.ts'

export type VerifiedDecision =
  | { outcome: 'verified'; document: DecisionDocument; signed_by: KeyId; message: string }
  /** Not a decision file at all. */
  | { outcome: 'malformed'; message: string }
  /** A decision file whose content is not what was signed. */
  | { outcome: 'broken'; message: string }
  /** Nothing is wrong with the content, but none of these keys has signed it. */
  | { outcome: 'not_trusted'; message: string }

/** The signature covers the RFC 8785 bytes of the document, whose SHA-256 is the digest. */
export function signDecision(document: DecisionDocument, key: SigningKey): SignedDecision {
  const signature = sign(key, Buffer.from(canonicalJson(document)))
  return {
    document,
    digest: digestOf(document),
    key_id: key.keyId,
    signature: Buffer.from(signature).toString('base64'),
  }
}

/** Checks a decision file without a server: its hash, the hash of what it covers, and the signature by a trusted key. */
export function verifyDecision(text: string, publicKeys: readonly Uint8Array[]): VerifiedDecision {
  const file = parseJson(text)
  const parsed = SignedDecision.safeParse(file)
  if (!parsed.success) return { outcome: 'malformed', message: 'this is not a decision file' }
  // What was signed is the document as it stands in the file, with whatever else somebody may have put into it.
  const { document } = file as { document: unknown }
  const { digest, signature } = parsed.data
  const actual = digestOf(document)
  if (actual !== digest) {
    return { outcome: 'broken', message: `the document hashes to ${actual}, the file says ${digest}` }
  }
  const scope = scopeDigestOf(parsed.data.document.snapshot)
  if (scope !== parsed.data.document.scope_digest) {
    return { outcome: 'broken', message: `the snapshot's scope hashes to ${scope}, the document says otherwise` }
  }
  const bytes = Buffer.from(canonicalJson(document))
  const signer = publicKeys.find((key) => verify(key, bytes, Buffer.from(signature, 'base64')))
  if (!signer) return { outcome: 'not_trusted', message: 'no trusted key has signed this decision' }
  const problem = personSignatureProblem(parsed.data.document)
  if (problem !== undefined) return { outcome: 'broken', message: problem }
  const { approver, requester, developers, delegators = [] } = parsed.data.document.compared
  const makers = [requester, ...developers]
  if (approver !== parsed.data.document.decided_by || [approver, ...delegators].some((each) => makers.includes(each))) {
    return { outcome: 'broken', message: 'whoever decided also asked for the review or developed the version' }
  }
  return { outcome: 'verified', document: parsed.data.document, signed_by: keyIdOf(signer), message: 'verified' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
