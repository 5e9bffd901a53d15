import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { passkeyIdOf } from '../../lib/passkey-signature.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import { type PersonId, serverActor } from '../audit/schema.ts'
import { spkiOf } from './cose.ts'
import type { RelyingParty } from './relying-party.ts'
import type { Assertion, NewCredential, Passkey, PasskeyId } from './schema.ts'
import * as store from './store.ts'
import type { PasskeyRow } from './tables.ts'

const mostPasskeys = 20

type Transport = NewCredential['response']['transports'][number]
type Owner = { id: PersonId; login: string; name: string }
type Parts = { db: Db; write: Write; commit: Commit; clock: Clock; party: RelyingParty | undefined }

/** Loaded with the first passkey, so that a server that starts does not wait for it. */
const webauthn = () => import('@simplewebauthn/server')

export function toPasskey(row: Selectable<PasskeyRow>): Passkey {
  const { id, name, created_at, last_used_at, suspended_at } = row
  return { id: id as PasskeyId, name, created_at, last_used_at, suspended_at }
}

const transportsOf = (row: Pick<PasskeyRow, 'transports'>) => JSON.parse(row.transports) as Transport[]

/** As it stands in the trail: whoever checks a signature by this passkey finds whose it is there. */
async function keyOf(row: PasskeyRow) {
  const spki = await spkiOf(new Uint8Array(Buffer.from(row.public_key, 'base64url')))
  return spki ? { key_id: passkeyIdOf(spki), public_key: spki.toString('base64') } : {}
}

/** WebAuthn, as second factor and in place of name and password. */
export function createPasskeys({ db, write, commit, clock, party }: Parts) {
  function demandParty(): RelyingParty {
    if (party) return party
    throw badRequest('passkeys need a server that is reached by name, over TLS or as localhost: see MODELKEEP_URL')
  }

  async function newOptions(owner: Owner) {
    const { id } = demandParty()
    const known = await store.listPasskeys(db, owner.id)
    const { generateRegistrationOptions } = await webauthn()
    return generateRegistrationOptions({
      rpName: 'Modelkeep',
      rpID: id,
      userID: new Uint8Array(Buffer.from(owner.id)),
      userName: owner.login,
      userDisplayName: owner.name,
      attestationType: 'none',
      excludeCredentials: known.map((row) => ({ id: row.credential, transports: transportsOf(row) })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    })
  }

  /** What to store of a new passkey; throws when the browser's answer does not fit the challenge. */
  async function examine(
    owner: PersonId,
    name: string,
    response: NewCredential,
    challenge: string,
  ): Promise<PasskeyRow> {
    const { id, origin } = demandParty()
    if ((await store.listPasskeys(db, owner)).length >= mostPasskeys)
      throw conflict(`an account has ${mostPasskeys} passkeys at the most`)
    const { verifyRegistrationResponse } = await webauthn()
    const result = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: false,
    }).catch(() => undefined)
    if (!result?.verified) throw badRequest('the passkey does not answer what this server asked')
    const { credential } = result.registrationInfo
    return {
      id: newId('psk', clock.now().getTime()),
      credential: credential.id,
      person_id: owner,
      name,
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: JSON.stringify(response.response.transports),
      created_at: isoNow(clock),
      last_used_at: null,
      suspended_at: null,
    }
  }

  async function add(tx: Tx, record: RecordEvent, row: PasskeyRow): Promise<void> {
    if (!(await store.insertPasskey(tx, row))) throw conflict('this passkey belongs to an account already')
    record('second_factor.added', `person:${row.person_id}`, {
      kind: 'passkey',
      passkey: row.id,
      ...(await keyOf(row)),
    })
  }

  /** To sign in with: any passkey of this server, or one of `owner`'s. */
  async function options(owner?: PersonId) {
    const { id } = demandParty()
    const known = owner === undefined ? [] : (await store.listPasskeys(db, owner)).filter((row) => !row.suspended_at)
    const { generateAuthenticationOptions } = await webauthn()
    return generateAuthenticationOptions({
      rpID: id,
      allowCredentials: known.map((row) => ({ id: row.credential, transports: transportsOf(row) })),
      userVerification: owner === undefined ? 'required' : 'preferred',
    })
  }

  /**
   * Whose passkey answered the challenge; undefined when it is not known, not right, or a copy. Alone, without a password, it
   * must have asked its owner for a finger or a PIN.
   */
  async function verify(response: Assertion, challenge: string, owner?: PersonId): Promise<PersonId | undefined> {
    const row = await judge(response, challenge, { owner, verified: owner === undefined })
    return row && (row.person_id as PersonId)
  }

  type Judged = { owner: PersonId | undefined; verified: boolean }

  async function judge(response: Assertion, challenge: string, { owner, verified }: Judged) {
    const { id, origin } = demandParty()
    const row = await store.findPasskey(db, response.id)
    if (!row || row.suspended_at || (owner !== undefined && row.person_id !== owner)) return undefined
    const handle = response.response.userHandle
    if (handle && Buffer.from(handle, 'base64url').toString() !== row.person_id) return undefined
    const { verifyAuthenticationResponse } = await webauthn()
    const { userHandle: _, ...rest } = response.response
    const result = await verifyAuthenticationResponse({
      response: { ...response, response: handle === undefined ? rest : { ...rest, userHandle: handle } },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: verified,
      // Counters are judged below, where a copy has consequences.
      credential: {
        id: row.credential,
        publicKey: new Uint8Array(Buffer.from(row.public_key, 'base64url')),
        counter: 0,
      },
    }).catch(() => undefined)
    if (!result?.verified) return undefined
    const counter = result.authenticationInfo.newCounter
    if ((row.counter > 0 || counter > 0) && counter <= row.counter) {
      await suspend(row, counter)
      return undefined
    }
    const used = await commit((tx) => store.countPasskeyUse(tx, row.id, row.counter, counter, isoNow(clock)))
    return used ? row : undefined
  }

  /** To sign `challenge` with one of `owner`'s, who is asked for a finger or a PIN; undefined when none of theirs counts. */
  async function signingOptions(owner: PersonId, challenge: Buffer) {
    const known = (await store.listPasskeys(db, owner)).filter((row) => !row.suspended_at)
    if (known.length === 0 || !party) return undefined
    const { generateAuthenticationOptions } = await webauthn()
    return generateAuthenticationOptions({
      rpID: party.id,
      challenge: new Uint8Array(challenge),
      allowCredentials: known.map((row) => ({ id: row.credential, transports: transportsOf(row) })),
      userVerification: 'required',
    })
  }

  /** The passkey of `owner` that answered the challenge after it asked for a finger or a PIN. */
  async function verifyBy(owner: PersonId, response: Assertion, challenge: string) {
    const row = await judge(response, challenge, { owner, verified: true })
    return row && { credential: row.credential, public_key: row.public_key, rp_id: demandParty().id }
  }

  /** Two devices answer with one key: nobody can tell which is the owner's. */
  async function suspend(row: Selectable<PasskeyRow>, counter: number): Promise<void> {
    await write(serverActor, async (tx, record) => {
      await store.suspendPasskey(tx, row.id, isoNow(clock))
      const seen = { passkey: row.id, counter, expected_above: row.counter }
      record('passkey.suspended', `person:${row.person_id}`, seen)
    })
  }

  return { isOffered: party !== undefined, newOptions, examine, add, options, verify, signingOptions, verifyBy }
}
export type Passkeys = ReturnType<typeof createPasskeys>
