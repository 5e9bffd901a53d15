import { expect, test } from 'vitest'
import { sha256 } from './digest.ts'
import { type Envelope, openEnvelope, preAuthEncoding, signEnvelope } from './dsse.ts'
import { inTotoPayloadType, openStatement, Statement, signStatement, statementOf } from './in-toto.ts'
import { createKey } from './keys.ts'

const key = createKey('gate')
const stranger = createKey('stranger')
const statement = statementOf({
  subject: [{ name: 'model.onnx', digest: sha256('bytes') }],
  predicateType: 'https://keep.example/verdict/v1',
  predicate: { verdict: 'allowed', reasons: [] },
})

test('the encoding that is signed is that of the DSSE protocol', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))
  expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

test('a statement is signed and opened', () => {
  const envelope = signStatement(statement, [stranger, key])
  expect(envelope.payloadType).toBe('application/vnd.in-toto+json')
  expect(openStatement(envelope, [key.publicKey])).toEqual({ outcome: 'verified', statement, signedBy: [key.keyId] })
})

test('a changed envelope is refused', () => {
  const envelope = signStatement(statement, [key])
  const changes: Partial<Envelope>[] = [
    { payload: Buffer.from('{}').toString('base64') },
    { payloadType: 'application/json' },
    { signatures: signStatement(statement, [stranger]).signatures },
    { signatures: [{ keyid: key.keyId, sig: '' }] },
  ]
  for (const change of changes) {
    expect(openEnvelope({ ...envelope, ...change }, [key.publicKey]).outcome).toBe('not_verified')
  }
  expect(openEnvelope({ ...envelope, payload: 'no base64!' }, [key.publicKey]).outcome).toBe('malformed')
})

test('a keyid does not make a key trusted, and none is needed', () => {
  const { signatures, ...rest } = signStatement(statement, [stranger])
  const forged = { ...rest, signatures: signatures.map(({ sig }) => ({ keyid: key.keyId, sig })) }
  expect(openEnvelope(forged, [key.publicKey]).outcome).toBe('not_verified')
  const bare = { ...rest, signatures: signatures.map(({ sig }) => ({ sig })) }
  expect(openEnvelope(bare, [stranger.publicKey]).outcome).toBe('verified')
})

test('signed bytes that are no statement are refused', () => {
  const sealed = (type: string, text: string) => signEnvelope(type, Buffer.from(text), [key])
  for (const envelope of [
    sealed('text/plain', JSON.stringify(statement)),
    sealed(inTotoPayloadType, 'no json'),
    sealed(inTotoPayloadType, JSON.stringify({ ...statement, _type: 'https://in-toto.io/Statement/v0.1' })),
    sealed(inTotoPayloadType, JSON.stringify({ ...statement, subject: [] })),
  ]) {
    expect(openStatement(envelope, [key.publicKey]).outcome).toBe('malformed')
  }
  expect(Statement.safeParse(statement).success).toBe(true)
})
