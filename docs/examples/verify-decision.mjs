// Verifies a decision file of Modelkeep without Modelkeep: node verify-decision.mjs decision.json key.pem
// The key is the server's signing key, from a source you trust; GET /api/v1/keys shows it. Exit status 0 only if all holds.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [decisionPath, keyPath] = process.argv.slice(2)
if (!decisionPath || !keyPath) stop('usage: node verify-decision.mjs decision.json key.pem')

/** RFC 8785: keys in the order of their UTF-16 code units, no blanks, numbers and text as JSON.stringify writes them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest()
const hex = (bytes) => sha256(bytes).toString('hex')
const digestOf = (value) => `sha256:${hex(canonical(value))}`

/** The part of the snapshot that must not change while the decision holds. */
function scopeOf({ environment, model, version, evidence, policies, findings = [] }) {
  return {
    format: 'modelkeep-scope-1',
    environment,
    model: pick(model, 'id', 'tier', 'purpose'),
    version: { ...pick(version, 'id', 'digest'), files: sorted(version.files, ['path', 'sha256'], ['path']) },
    datasets: sorted(version.datasets, ['name', 'digest'], ['name', 'digest']),
    evidence: sorted(evidence, ['kind', 'source', 'digest'], ['kind', 'source']),
    policies: sorted(policies, ['name', 'version', 'digest'], ['name']),
    ...(findings.length > 0 && { findings: sorted(findings, ['id', 'severity'], ['id']) }),
  }
}

function sorted(rows, fields, keys) {
  const compare = (a, b) => {
    const key = keys.find((each) => a[each] !== b[each])
    return key === undefined ? 0 : a[key] < b[key] ? -1 : 1
  }
  return rows.map((row) => pick(row, ...fields)).sort(compare)
}

function pick(object, ...fields) {
  return Object.fromEntries(fields.map((field) => [field, object[field]]))
}

const file = JSON.parse(readFileSync(decisionPath, 'utf8'))
const { document } = file
if (document?.format !== 'modelkeep-decision-1') stop('this is not a decision file')

const digest = digestOf(document)
if (digest !== file.digest) stop(`the document hashes to ${digest}, the file says ${file.digest}`)

const scope = digestOf(scopeOf(document.snapshot))
if (scope !== document.scope_digest) stop(`the scope hashes to ${scope}, the document says ${document.scope_digest}`)

const key = createPublicKey(readFileSync(keyPath))
const signature = Buffer.from(file.signature, 'base64')
if (!verify(null, Buffer.from(canonical(document)), key, signature)) stop('the key has not signed this document')

const own = document.person_signature
if (own) {
  const personKey = createPublicKey({ key: Buffer.from(own.public_key, 'base64'), format: 'der', type: 'spki' })
  const spki = personKey.export({ format: 'der', type: 'spki' })
  const keyId = own.kind === 'passkey' ? `passkey:${hex(spki)}` : `ed25519:${hex(spki.subarray(-32))}`
  const statement = {
    format: 'modelkeep-statement-1',
    ...pick(document, 'review', 'outcome', 'reason', 'scope_digest', 'decided_by'),
    ...(document.conditions && {
      conditions: document.conditions.map((each) => pick(each, 'text', 'owner', 'due_at')),
    }),
  }
  const bytes = own.kind === 'passkey' ? assertedBytes(own, statement) : Buffer.from(canonical(statement))
  const algorithm = ['ec', 'rsa'].includes(personKey.asymmetricKeyType) ? 'sha256' : null
  const signed = verify(algorithm, bytes, personKey, Buffer.from(own.signature, 'base64'))
  if (keyId !== own.key_id || !signed) stop('the person has not signed this decision with the key that it names')
}

/** What a passkey signs (WebAuthn): flags and the name of the server, then who asked for what; the challenge is the statement's hash. */
function assertedBytes({ authenticator_data, client_data, rp_id }, statement) {
  const [data, client] = [Buffer.from(authenticator_data, 'base64'), Buffer.from(client_data, 'base64')]
  const { type, challenge, origin, crossOrigin } = JSON.parse(client)
  const asked =
    type === 'webauthn.get' && challenge === sha256(canonical(statement)).toString('base64url') && !crossOrigin
  const here = new URL(origin).hostname === rp_id && sha256(rp_id).equals(data.subarray(0, 32))
  // Flags: the person was there (1) and was verified by a finger, a face or a PIN (4).
  if (!asked || !here || (data[32] & 5) !== 5) stop('the passkey has not signed this decision')
  return Buffer.concat([data, sha256(client)])
}

const { compared, snapshot } = document
const makers = [compared.requester, ...compared.developers]
const deciders = [compared.approver, ...(compared.delegators ?? [])]
if (compared.approver !== document.decided_by || deciders.some((each) => makers.includes(each))) {
  stop('whoever decided also asked for the review or developed the version')
}

console.log(`${document.decided_by} ${document.outcome} ${snapshot.model.name} version ${snapshot.version.version}`)
console.log(`for ${snapshot.environment} at ${document.decided_at}: ${document.reason}`)
console.log(`content  ${snapshot.version.digest}`)
console.log(`decision ${digest}`)
if (own)
  console.log(
    `signed   ${own.key_id}, a ${own.kind === 'passkey' ? `passkey for ${own.rp_id}` : 'key'} of ${document.decided_by}`,
  )

function stop(message) {
  console.error(message)
  process.exit(1)
}
