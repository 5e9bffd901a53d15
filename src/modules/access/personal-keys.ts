import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import { keyIdOf, parsePublicKey, publicKeyBase64, verify } from '../../lib/keys.ts'
import type { PersonId } from '../audit/schema.ts'
import type { AccessParts } from './people.ts'
import * as store from './personal-keys-store.ts'
import { type Actor, enrolmentOf, type PersonalKey, type PersonalKeyId, type PersonalKeyInput } from './schema.ts'

const mostKeys = 20

/** Ed25519 keys that people sign their decisions with. The server knows the public half and never sees the other one. */
export function createPersonalKeys({ db, write, clock }: AccessParts) {
  /** A key speaks for its owner, so nothing that may do less than they enrols or revokes one. */
  function demandOwner(actor: Actor): PersonId {
    if (actor.kind !== 'person') throw forbidden('a key belongs to a person')
    if (actor.scopes !== null || actor.bound !== undefined) {
      throw forbidden('a token with scopes, or of one workspace, changes no keys: sign in, or use a token without them')
    }
    return actor.id as PersonId
  }

  function enrol(actor: Actor, input: PersonalKeyInput): Promise<PersonalKey> {
    const person = demandOwner(actor)
    const publicKey = parsePublicKey(input.public_key)
    if (!publicKey) throw badRequest('public_key is not an Ed25519 public key in PEM or base64')
    const keyId = keyIdOf(publicKey)
    const statement = Buffer.from(canonicalJson(enrolmentOf(person, keyId)))
    if (!verify(publicKey, statement, Buffer.from(input.proof, 'base64'))) {
      throw badRequest('proof is not the signature of this key over its enrolment')
    }
    return write(actor, async (tx, record) => {
      const held = (await store.listKeys(tx, person)).filter(({ revoked_at }) => revoked_at === null)
      if (held.length >= mostKeys) throw conflict(`an account has ${mostKeys} keys at the most`)
      const key: PersonalKey = {
        id: newId('pky', clock.now().getTime()) as PersonalKeyId,
        person,
        name: input.name,
        key_id: keyId,
        public_key: publicKeyBase64(publicKey),
        enrolled_at: isoNow(clock),
        revoked_at: null,
      }
      if (!(await store.insertKey(tx, key))) throw conflict('this key is enrolled already; make another one')
      record('key.enrolled', `person:${person}`, { key: key.id, key_id: keyId, public_key: key.public_key })
      return key
    })
  }

  /** What it signed stays signed; from now on it signs nothing. */
  async function revoke(actor: Actor, id: PersonalKeyId): Promise<void> {
    const person = demandOwner(actor)
    await write(actor, async (tx, record) => {
      if (!(await store.revokeKey(tx, person, id, isoNow(clock)))) throw notFound('key', id)
      record('key.revoked', `person:${person}`, { key: id })
    })
  }

  return {
    enrol,
    revoke,
    list: (person: PersonId) => store.listKeys(db, person),
    find: (person: PersonId, keyId: string) => store.findKey(db, person, keyId),
  }
}
