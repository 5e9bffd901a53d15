import { z } from 'zod'
import { Envelope } from '../../lib/dsse.ts'
import type { Digest } from '../../lib/ids.ts'
import { openStatement } from '../../lib/in-toto.ts'
import type { RevocationList } from './revocation-list.ts'
import { VerdictPredicate, verdictPredicateType } from './verdict.ts'

/** What a verified envelope says. */
export type SignedVerdict = VerdictPredicate & { digest: Digest }

export type VerifiedVerdict =
  | { outcome: 'verified'; verdict: SignedVerdict; message: string }
  /** Signed by us, but its time is over: ask again. */
  | { outcome: 'expired'; verdict: SignedVerdict; message: string }
  /** Signed by us and in time, but taken back. */
  | { outcome: 'revoked'; verdict: SignedVerdict; message: string }
  /** Issued later than now: one of the two clocks is wrong. */
  | { outcome: 'not_yet_valid'; verdict: SignedVerdict; message: string }
  /** No trusted key has signed exactly these bytes. */
  | { outcome: 'broken'; message: string }
  /** Not a verdict at all. */
  | { outcome: 'malformed'; message: string }

/** How far the clocks of the server and of whoever verifies may differ. */
const clockSkew = 5 * 60_000

/** Reads an envelope, or a whole verdict that holds one, without a server. Nothing in it is believed before its signature is. */
export function verifyVerdict(
  text: string,
  publicKeys: readonly Uint8Array[],
  now: Date,
  revocations?: RevocationList,
): VerifiedVerdict {
  const file = VerdictFile.safeParse(parseJson(text))
  if (!file.success) return { outcome: 'malformed', message: 'this is not a DSSE envelope' }
  const opened = openStatement(file.data, publicKeys)
  if (opened.outcome !== 'verified') {
    return { outcome: opened.outcome === 'malformed' ? 'malformed' : 'broken', message: opened.message }
  }

  const { statement } = opened
  const predicate = VerdictPredicate.safeParse(statement.predicate)
  const [subject] = statement.subject
  if (statement.predicateType !== verdictPredicateType || !predicate.success || !subject) {
    return { outcome: 'malformed', message: 'the signed statement is not a verdict' }
  }
  if (statement.subject.length !== 1 || subject.name !== `${predicate.data.model}/${predicate.data.version}`) {
    return { outcome: 'malformed', message: 'the verdict and its subject name different versions' }
  }
  const verdict: SignedVerdict = { ...predicate.data, digest: `sha256:${subject.digest.sha256}` }
  if (Date.parse(verdict.issued_at) > now.getTime() + clockSkew) {
    return { outcome: 'not_yet_valid', verdict, message: `it is dated ${verdict.issued_at}, which has not come yet` }
  }
  if (Date.parse(verdict.expires_at) <= now.getTime()) {
    return { outcome: 'expired', verdict, message: `it held until ${verdict.expires_at}` }
  }
  return revocations ? unlessRevoked(verdict, revocations) : { outcome: 'verified', verdict, message: 'verified' }
}

function unlessRevoked(verdict: SignedVerdict, { workspace, revoked }: RevocationList): VerifiedVerdict {
  if (verdict.workspace !== undefined && verdict.workspace !== workspace) {
    return { outcome: 'malformed', message: `the revocation list is that of ${workspace}, not of ${verdict.workspace}` }
  }
  const found = revoked.find((each) => each.verdict === verdict.verdict)
  if (!found) return { outcome: 'verified', verdict, message: 'verified' }
  return { outcome: 'revoked', verdict, message: `it was revoked at ${found.revoked_at}` }
}

const VerdictFile = z.union([Envelope, z.object({ envelope: Envelope }).transform(({ envelope }) => envelope)])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
