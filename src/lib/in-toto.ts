import { z } from 'zod'
import { type Envelope, openEnvelope, signEnvelope } from './dsse.ts'
import type { Digest } from './ids.ts'
import { canonicalJson, type JsonObject } from './json.ts'
import type { KeyId, SigningKey } from './keys.ts'

export const statementType = 'https://in-toto.io/Statement/v1'
export const inTotoPayloadType = 'application/vnd.in-toto+json'

/** An in-toto Statement v1 (in-toto.io/Statement/v1) whose subjects are named by their SHA-256. */
export const Statement = z.object({
  _type: z.literal(statementType),
  subject: z
    .array(
      z.object({
        name: z.string(),
        digest: z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      }),
    )
    .min(1),
  predicateType: z.url(),
  predicate: z.record(z.string(), z.json()),
})
export type Statement = z.infer<typeof Statement>

export type OpenedStatement =
  | { outcome: 'verified'; statement: Statement; signedBy: KeyId[] }
  | { outcome: 'malformed' | 'not_verified'; message: string }

export function statementOf(input: {
  readonly subject: readonly { readonly name: string; readonly digest: Digest }[]
  readonly predicateType: string
  readonly predicate: JsonObject
}): Statement {
  return {
    _type: statementType,
    subject: input.subject.map(({ name, digest }) => ({ name, digest: { sha256: digest.slice('sha256:'.length) } })),
    predicateType: input.predicateType,
    predicate: input.predicate,
  }
}

/** Signs the canonical JSON of a statement in a DSSE envelope. */
export function signStatement(statement: Statement, keys: readonly SigningKey[]): Envelope {
  return signEnvelope(inTotoPayloadType, Buffer.from(canonicalJson(statement)), keys)
}

/** Nothing of the payload is read before a trusted key is found to have signed it. */
export function openStatement(envelope: Envelope, publicKeys: readonly Uint8Array[]): OpenedStatement {
  const opened = openEnvelope(envelope, publicKeys)
  if (opened.outcome !== 'verified') return opened
  if (opened.payloadType !== inTotoPayloadType) {
    return { outcome: 'malformed', message: `the payload is ${opened.payloadType}, not ${inTotoPayloadType}` }
  }
  const parsed = Statement.safeParse(parseJson(opened.payload))
  if (!parsed.success) return { outcome: 'malformed', message: 'the signed payload is not an in-toto Statement v1' }
  return { outcome: 'verified', statement: parsed.data, signedBy: opened.signedBy }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
