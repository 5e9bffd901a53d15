import { badRequest } from '../../lib/errors.ts'
import { challengeOf } from '../../lib/passkey-signature.ts'
import type { Actor } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { rolesOf } from '../policy/index.ts'
import type { FlowParts } from './flow-parts.ts'
import { alreadyClosed } from './parts.ts'
import type { DecisionInput, PersonSignature, ReviewId, StatementInput, StatementOffer } from './schema.ts'
import type { Situation } from './situation.ts'
import { statementBytes, statementOf, statementProblem } from './statement.ts'

type Parts = Pick<FlowParts, 'db' | 'getReview' | 'partsOf' | 'demandReviewer' | 'personalKey' | 'passkeys'>

/** What a person signs of a decision themselves, and whether they did. */
export function createOwnSignatures(parts: Parts) {
  const aboutOf = (actor: Actor, review: string, input: StatementInput) => {
    const { outcome, reason, scope_digest, conditions } = input
    const decided_by = actor.id as PersonId
    return { review: review as ReviewId, outcome, reason, scope_digest, decided_by, conditions }
  }

  /** The statement, and what to ask a passkey of theirs. Whether they may decide is judged with the decision. */
  async function offer(actor: Actor, id: string, input: StatementInput): Promise<StatementOffer> {
    const review = await parts.getReview(actor, id)
    parts.demandReviewer(actor, await parts.partsOf(parts.db, review))
    if (review.state !== 'open') throw alreadyClosed(review)
    const about = aboutOf(actor, id, input)
    const options = await parts.passkeys.ask(about.decided_by, challengeOf(statementBytes(about)))
    return { statement: statementOf(about), options: options ?? null }
  }

  /** The signature of the person, checked before anything is written; undefined when they gave none. */
  async function of(actor: Actor, { id }: { id: string }, input: DecisionInput): Promise<PersonSignature | undefined> {
    if (input.signature === undefined) return undefined
    const about = aboutOf(actor, id, input)
    const own =
      'passkey' in input.signature
        ? await byPasskey(about, input.signature.passkey)
        : await byKey(about.decided_by, input.signature)
    const problem = statementProblem(about, own)
    if (problem !== undefined) throw badRequest(problem)
    return own
  }

  async function byKey(person: PersonId, given: { key_id: string; signature: string }): Promise<PersonSignature> {
    const key = await parts.personalKey(person, given.key_id)
    if (!key) throw badRequest(`${given.key_id} is not a key of yours that counts`)
    return { kind: 'ed25519', key_id: given.key_id, public_key: key.public_key, signature: given.signature }
  }

  async function byPasskey(
    about: ReturnType<typeof aboutOf>,
    assertion: Parameters<Parts['passkeys']['take']>[2],
  ): Promise<PersonSignature> {
    const challenge = challengeOf(statementBytes(about))
    const taken = await parts.passkeys.take(about.decided_by, challenge, assertion)
    if (taken) return { kind: 'passkey', ...taken }
    throw badRequest('this is no signature of this decision by a passkey of yours that counts: sign again')
  }

  return { offer, of }
}

/** Where every rule that asks for these roles wants the person's own signature, a decision without one would count for nothing. */
export function unsigned(
  { policies }: Pick<Situation, 'policies'>,
  outcome: DecisionInput['outcome'],
  roles: readonly string[],
) {
  if (outcome !== 'approved') return []
  const theirs = policies
    .flatMap(({ document }) => document.approvals)
    .filter((rule) => rolesOf(rule).some((role) => roles.includes(role)))
  if (theirs.length === 0 || theirs.some(({ signed }) => signed !== true)) return []
  const message =
    'The policy asks for an approval that you sign yourself: with your passkey in the browser, or by modelkeep review approve --key FILE.'
  return [{ rule: 'signature', message }]
}
