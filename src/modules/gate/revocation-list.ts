import { z } from 'zod'
import { Envelope, openEnvelope, signEnvelope } from '../../lib/dsse.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { SigningKey } from '../../lib/keys.ts'
import { RevocationCause, VerdictId } from './schema.ts'

export const revocationsPayloadType = 'application/vnd.modelkeep.revocations+json'

/** What a revocation list signs: every verdict of the workspace that is revoked and whose own time is not over. */
export const RevocationList = z.object({
  format: z.literal('modelkeep-revocations-1'),
  workspace: z.string(),
  /** How many verdicts were ever revoked: a list with a smaller one is an older one. */
  serial: z.int().min(0),
  issued_at: z.iso.datetime(),
  /** From then on a verifier asks for a newer one. */
  next_update: z.iso.datetime(),
  revoked: z.array(
    z.object({
      verdict: VerdictId,
      revoked_at: z.iso.datetime(),
      /** When the verdict would have ended. */
      expires_at: z.iso.datetime(),
      cause: RevocationCause,
    }),
  ),
})
export type RevocationList = z.infer<typeof RevocationList>

export function signRevocations(list: RevocationList, key: SigningKey): Envelope {
  return signEnvelope(revocationsPayloadType, Buffer.from(canonicalJson(list)), [key])
}

export type OpenedRevocations =
  | { outcome: 'verified'; list: RevocationList }
  /** Signed by us, but a newer one has to be asked for. */
  | { outcome: 'stale'; list: RevocationList; message: string }
  | { outcome: 'broken' | 'malformed'; message: string }

const clockSkew = 5 * 60_000

/** Reads a revocation list without a server. Nothing in it is believed before its signature is. */
export function openRevocations(text: string, publicKeys: readonly Uint8Array[], now: Date): OpenedRevocations {
  const file = Envelope.safeParse(parseJson(text))
  if (!file.success) return { outcome: 'malformed', message: 'this is not a DSSE envelope' }
  const opened = openEnvelope(file.data, publicKeys)
  if (opened.outcome !== 'verified') {
    return { outcome: opened.outcome === 'malformed' ? 'malformed' : 'broken', message: opened.message }
  }
  const list = RevocationList.safeParse(parseJson(Buffer.from(opened.payload).toString('utf8')))
  if (opened.payloadType !== revocationsPayloadType || !list.success) {
    return { outcome: 'malformed', message: 'what is signed is not a revocation list' }
  }
  if (Date.parse(list.data.issued_at) > now.getTime() + clockSkew) {
    return { outcome: 'broken', message: `it is dated ${list.data.issued_at}, which has not come yet` }
  }
  if (Date.parse(list.data.next_update) <= now.getTime()) {
    return { outcome: 'stale', list: list.data, message: `there is a newer one since ${list.data.next_update}` }
  }
  return { outcome: 'verified', list: list.data }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
