import canonicalize from 'canonicalize'
import {
  type DecisionInput,
  type DecisionResult,
  type DecisionStatement,
  StatementOffer,
} from '../../../src/modules/reviews/schema.ts'
import { Assertion } from '../../../src/modules/signin/schema.ts'
import { at, send } from '../../api/http.ts'
import { askPasskey, NoPasskey } from '../signin/webauthn.ts'
import { decide } from './queries.ts'

/** The passkey signs what stands in the form, put together here: what the server would rather have signed is not taken. */
export async function decideWithPasskey(id: string, input: DecisionInput): Promise<DecisionResult> {
  const { outcome, reason, scope_digest, conditions } = input
  const said = { outcome, reason, scope_digest, conditions }
  const { statement, options } = await send('POST', at(['reviews', id, 'statement']), StatementOffer, said)
  if (options === null) throw new NoPasskey('None of your passkeys counts for a signature. Look at your account.')
  const own = {
    format: 'modelkeep-statement-1',
    review: statement.review,
    outcome,
    reason: reason.trim(),
    scope_digest,
    decided_by: statement.decided_by,
    ...(conditions.length === 0 ? {} : { conditions }),
  } satisfies DecisionStatement
  const challenge = await challengeOf(own)
  if (statement.review !== id || options.challenge !== challenge) {
    throw new Error('The server asks for a signature of something else than what stands here. Nothing was signed.')
  }
  const passkey = await askPasskey(options, 'No passkey was given, and nothing was decided. Try again.')
  return decide(id, { ...input, signature: { passkey: Assertion.parse(passkey) } })
}

/** SHA-256 of the canonical text, base64url as WebAuthn has its challenges. */
async function challengeOf(statement: DecisionStatement): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalize(statement)))
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
