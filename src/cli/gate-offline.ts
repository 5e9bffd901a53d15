import type { DsseEnvelope, GateQuestion } from '../modules/gate/schema.ts'
import type { SignedVerdict } from '../modules/gate/verify.ts'
import type { Unreachable } from './client.ts'
import { CliError } from './exit.ts'
import { keep, readKept } from './last-verdict.ts'
import { signingKeys } from './trusted-keys.ts'

const hour = 3_600_000

export type OfflineVerdict = { readonly signed: SignedVerdict; readonly envelope: DsseEnvelope; readonly until: string }

/**
 * The last verdict, where the server is away and the environment's rule, signed into the verdict itself, lets it stand: about
 * the same content, in its time, and not older than the rule says. Anything else ends the command with what is missing.
 */
export async function lastKnownGood(
  question: Omit<GateQuestion, 'offline'>,
  { digest, key }: { digest?: string | undefined; key?: string | undefined },
  cause: Unreachable,
): Promise<OfflineVerdict> {
  const refuse = (why: string) => new CliError(`${cause.message}; ${why}`)
  const kept = await readKept(question)
  if (!kept) throw refuse('no verdict of before is kept here')
  if (typeof question.version === 'string' && digest === undefined) {
    throw refuse('an alias may have moved: give --digest to go by the verdict of before')
  }
  const { verifyVerdict } = await import('../modules/gate/verify.ts')
  const now = new Date()
  const result = verifyVerdict(JSON.stringify(kept.envelope), await signingKeys(key), now)
  if (result.outcome !== 'verified') throw refuse(`the verdict of before is not valid: ${result.message}`)
  const signed = result.verdict
  const { offline } = signed
  if (offline?.rule !== 'last_known_good') throw refuse(`${signed.environment} stops while the server is away`)
  const until = new Date(Date.parse(signed.issued_at) + offline.max_age_hours * hour).toISOString()
  if (now.toISOString() >= until) {
    throw refuse(`the verdict of ${signed.issued_at} is older than ${offline.max_age_hours} hours`)
  }
  if (signed.model !== question.model || signed.environment !== question.environment) {
    throw refuse('the verdict of before answers another question')
  }
  if (typeof question.version === 'number' && signed.version !== question.version) {
    throw refuse(`the verdict of before is about version ${signed.version}`)
  }
  if (digest !== undefined && signed.digest !== digest) {
    throw refuse(`the verdict of before is about ${signed.digest}, not ${digest}`)
  }
  const answer = { at: now.toISOString(), verdict: signed.verdict }
  await keep(question, { envelope: kept.envelope, offline: [...kept.offline, answer] })
  return { signed, envelope: kept.envelope, until: until < signed.expires_at ? until : signed.expires_at }
}
