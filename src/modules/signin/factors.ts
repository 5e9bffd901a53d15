import type { Db, Tx } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { Passkeys } from './passkeys.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery.ts'
import type { FactorMethod, SecondFactorInput, SecondFactorRule, TotpOffer } from './schema.ts'
import * as store from './store.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

type Parts = {
  db: Db
  write: Write
  commit: Commit
  clock: Clock
  box: () => Promise<SecretBox>
  passkeys: Passkeys
  /** What an authenticator app shows beside the sign-in name. */
  issuer: string
  /** The workspace whose rule for everyone is one for every account. */
  whole: string
}

/** Second factors of local accounts: authenticator apps, passkeys, and recovery codes in their place. */
export function createFactors({ db, write, commit, clock, box, passkeys, issuer, whole }: Parts) {
  const owner = (id: PersonId) => `totp:${id}`

  /** Empty for an account that a password alone opens. */
  async function methodsOf(id: PersonId): Promise<FactorMethod[]> {
    const methods: FactorMethod[] = []
    if ((await store.findTotp(db, id))?.confirmed_at) methods.push('totp')
    if ((await store.listPasskeys(db, id)).length > 0) methods.push('passkey')
    if (methods.length > 0 && (await store.countRecoveryCodes(db, id)) > 0) methods.push('recovery')
    return methods
  }

  const isDemanded = (id: PersonId) => store.isDemanded(db, id, whole)

  async function offerTotp(id: PersonId, login: string): Promise<TotpOffer> {
    const secret = newTotpSecret()
    const sealed = (await box()).seal(owner(id), secret)
    const row = { person_id: id, secret: sealed, created_at: isoNow(clock), confirmed_at: null, last_step: 0 }
    // Not governed before a code confirms it: until then it opens nothing.
    if (!(await commit((tx) => store.offerTotp(tx, row)))) {
      throw conflict('an authenticator app is set up already: remove it first')
    }
    return { secret, uri: totpUri(secret, login, issuer) }
  }

  async function stepOf(id: PersonId, code: string, confirmed: boolean): Promise<number | undefined> {
    const row = await store.findTotp(db, id)
    if (!row || (row.confirmed_at !== null) !== confirmed) return undefined
    return totpStep((await box()).open(owner(id), row.secret), code, clock.now())
  }

  /** Proves that the app has the secret; the code counts as used. */
  async function confirmTotp(id: PersonId, code: string) {
    const step = await stepOf(id, code, false)
    if (step === undefined) throw badRequest('this code is not right: enter the one that the app shows now')
    return async (tx: Tx, record: RecordEvent) => {
      if (!(await store.confirmTotp(tx, id, isoNow(clock))) || !(await store.takeTotpStep(tx, id, step))) {
        throw conflict('the authenticator app was set up meanwhile')
      }
      record('second_factor.added', `person:${id}`, { kind: 'totp' })
    }
  }

  /** Whether `input` is a second factor of this person; each code and each challenge counts once. */
  async function isRight(id: PersonId, input: SecondFactorInput, challenge: string | undefined): Promise<boolean> {
    switch (input.method) {
      case 'totp': {
        const step = await stepOf(id, input.code, true)
        return step !== undefined && (await commit((tx) => store.takeTotpStep(tx, id, step)))
      }
      case 'passkey':
        return challenge !== undefined && (await passkeys.verify(input.credential, challenge, id)) === id
      case 'recovery':
        return spendRecoveryCode(id, input.code)
    }
  }

  async function spendRecoveryCode(id: PersonId, code: string): Promise<boolean> {
    const hash = hashRecoveryCode(id, code)
    const wrong = new Error('no such recovery code')
    return write({ id, kind: 'person', via: 'password' }, async (tx, record) => {
      if (!(await store.takeRecoveryCode(tx, id, hash, isoNow(clock)))) throw wrong
      record('recovery_code.used', `person:${id}`, { left: await store.countRecoveryCodes(tx, id) })
      return true
    }).catch((error: unknown) => {
      if (error === wrong) return false
      throw error
    })
  }

  /** New codes in place of all that there were. */
  async function renewRecoveryCodes(tx: Tx, record: RecordEvent, id: PersonId): Promise<string[]> {
    const codes = newRecoveryCodes()
    const rows = codes.map((code) => ({ person_id: id, hash: hashRecoveryCode(id, code), used_at: null }))
    await store.replaceRecoveryCodes(tx, id, rows)
    record('recovery_codes.made', `person:${id}`)
    return codes
  }

  /** Takes one factor away; the last one stays while a rule asks for it, and takes the recovery codes along. */
  async function remove(
    actor: ActorRef,
    id: PersonId,
    which: { kind: 'totp' } | { kind: 'passkey'; passkey: string },
  ): Promise<void> {
    const demanded = await isDemanded(id)
    await write(actor, async (tx, record) => {
      const gone =
        which.kind === 'totp' ? await store.deleteTotp(tx, id) : await store.deletePasskey(tx, id, which.passkey)
      if (!gone) throw notFound('second factor', which.kind === 'totp' ? 'totp' : which.passkey)
      const isLast = !(await store.findTotp(tx, id))?.confirmed_at && (await store.listPasskeys(tx, id)).length === 0
      if (isLast && demanded) throw conflict('a rule asks for a second factor: add another one before this one goes')
      if (isLast) await store.deleteFactors(tx, id)
      record('second_factor.removed', `person:${id}`, which)
    })
  }

  async function setRule(actor: ActorRef, workspace: string, rule: SecondFactorRule): Promise<SecondFactorRule> {
    return write(actor, async (tx, record) => {
      await setRuleIn(tx, record, workspace, rule)
      return store.findRule(tx, workspace)
    })
  }

  async function setRuleIn(tx: Tx, record: RecordEvent, workspace: string, rule: SecondFactorRule): Promise<void> {
    await store.replaceRule(tx, workspace, rule)
    record('second_factor_rule.changed', `workspace:${workspace}`, rule)
  }

  return {
    methodsOf,
    isDemanded,
    offerTotp,
    confirmTotp,
    isRight,
    renewRecoveryCodes,
    remove,
    setRule,
    setRuleIn,
    rule: (workspace: string) => store.findRule(db, workspace),
    /** Whether a password alone does not open the account. */
    demandsMore: async (id: PersonId) => (await methodsOf(id)).length > 0 || (await isDemanded(id)),
  }
}
export type Factors = ReturnType<typeof createFactors>
