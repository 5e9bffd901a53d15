import { z } from 'zod'
import { type PasskeySignature, passkeyIdOf } from '../../lib/passkey-signature.ts'
import type { PersonId } from '../audit/schema.ts'
import { spkiOf } from './cose.ts'
import type { Passkeys } from './passkeys.ts'
import type { Assertion } from './schema.ts'
import type { Steps } from './steps.ts'

const kind = 'passkey-signature'
const Asked = z.object({ challenge: z.string() })

/** Passkeys that sign what their owner says; the challenge is the digest of it. */
export function createSignatures({ passkeys, steps }: { passkeys: Passkeys; steps: Steps }) {
  const secretOf = (person: PersonId, challenge: Buffer) => `${person}:${challenge.toString('base64url')}`

  /** What to ask the browser; good for ten minutes and one answer, also where a passkey counts nothing. */
  async function ask(person: PersonId, challenge: Buffer) {
    const options = await passkeys.signingOptions(person, challenge)
    if (options === undefined) return undefined
    await steps.begin(kind, { challenge: options.challenge }, { person, secret: secretOf(person, challenge) })
    return { ...options }
  }

  /** The answer as it is kept; undefined when it was not asked for, or is not by a passkey of this person that counts. */
  async function take(
    person: PersonId,
    challenge: Buffer,
    assertion: Assertion,
  ): Promise<PasskeySignature | undefined> {
    const step = await steps.take(kind, secretOf(person, challenge), Asked)
    const found = step && (await passkeys.verifyBy(person, assertion, step.data.challenge))
    const spki = found && (await spkiOf(new Uint8Array(Buffer.from(found.public_key, 'base64url'))))
    if (!found || !spki) return undefined
    const { clientDataJSON, authenticatorData, signature } = assertion.response
    return {
      key_id: passkeyIdOf(spki),
      public_key: spki.toString('base64'),
      credential_id: found.credential,
      rp_id: found.rp_id,
      authenticator_data: padded(authenticatorData),
      client_data: padded(clientDataJSON),
      signature: padded(signature),
    }
  }

  return { ask, take }
}
export type Signatures = ReturnType<typeof createSignatures>

const padded = (base64url: string) => Buffer.from(base64url, 'base64url').toString('base64')
