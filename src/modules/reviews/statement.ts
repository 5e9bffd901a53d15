import { canonicalJson } from '../../lib/json.ts'
import { keyIdOf, parsePublicKey, verify } from '../../lib/keys.ts'
import { passkeyProblem } from '../../lib/passkey-signature.ts'
import type { ConditionInput, DecisionDocument, DecisionStatement, PersonSignature } from './schema.ts'

type About = Pick<DecisionStatement, 'review' | 'outcome' | 'reason' | 'scope_digest' | 'decided_by'> & {
  readonly conditions?: readonly ConditionInput[]
}

/** What a person signs with their own key, before the server knows when and under which number it records the decision. */
export function statementOf(about: About): DecisionStatement {
  const { review, outcome, reason, scope_digest, decided_by } = about
  const conditions = (about.conditions ?? []).map(({ text, owner, due_at }) => ({ text, owner, due_at }))
  const said = { format: 'modelkeep-statement-1' as const, review, outcome, reason, scope_digest, decided_by }
  return conditions.length === 0 ? said : { ...said, conditions }
}

/** The RFC 8785 bytes that the signature is over. */
export const statementBytes = (about: About) => Buffer.from(canonicalJson(statementOf(about)))

/** What is wrong with a signature over a statement; undefined when it holds. */
export function statementProblem(about: About, own: PersonSignature): string | undefined {
  if (own.kind === 'passkey') return passkeyProblem(statementBytes(about), own)
  const { key_id, public_key, signature } = own
  const key = parsePublicKey(public_key)
  if (!key || keyIdOf(key) !== key_id) return 'the key of the person is not the one that is named'
  if (verify(key, statementBytes(about), Buffer.from(signature, 'base64'))) return undefined
  return 'the person has not signed this decision with the key that it names'
}

/** The same for a decision that carries one: the statement is put together from its fields. */
export function personSignatureProblem({ person_signature: own, conditions = [], ...about }: DecisionDocument) {
  return own && statementProblem({ ...about, conditions }, own)
}
