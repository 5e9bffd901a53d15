import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf, sha256 } from '../lib/digest.ts'
import { createKey, publicKeyPem } from '../lib/keys.ts'
import { digestOfEvidence } from '../modules/evaluation/evidence.ts'
import { Evidence, Protocol } from '../modules/evaluation/schema.ts'
import { DecisionDocument } from '../modules/reviews/schema.ts'
import { scopeDigestOf } from '../modules/reviews/scope.ts'
import { signDecision } from '../modules/reviews/verify.ts'

const example = (name: string) => fileURLToPath(new URL(`../../docs/examples/${name}`, import.meta.url))
const id = (prefix: string, letter: string) => `${prefix}_${letter.repeat(24)}`
const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const at = '2026-03-02T09:00:00.000Z'

const snapshot = {
  format: 'modelkeep-snapshot-1',
  at,
  environment: 'prod',
  model: { id: id('mdl', '1'), name: 'wage-screening', tier: 'high', purpose: 'Screens “é” 😀 \u2028', owner: null },
  version: {
    id: id('ver', '1'),
    version: 2,
    digest: digest('a'),
    files: [
      { path: 'model.onnx', size: 10, sha256: digest('b') },
      { path: 'MLmodel', size: 20, sha256: digest('c') },
    ],
    run: { id: 'f'.repeat(32), digest: digest('d') },
    datasets: [{ name: 'wages', digest: 'sha256:1234', context: 'training' }],
    signature: { inputs: [{ name: 'age', type: 'float' }], tiny: 1e-7, large: 1e21, zero: -0 },
    facts: { flavors: ['onnx'] },
    developers: [id('per', '1')],
    registered_by: id('per', '1'),
  },
  evidence: [
    {
      id: id('evi', '1'),
      kind: 'performance',
      digest: digest('e'),
      source: 'server',
      collected_at: at,
      valid_until: null,
      method: 'modelkeep.performance 1',
      inputs: [{ role: 'model', name: 'model.onnx', digest: digest('b') }],
      result: { figures: { roc_auc: { state: 'ok', value: 0.8123456789, low: 0.7, high: 0.9 } } },
    },
    {
      id: id('evi', '2'),
      kind: 'fairness',
      digest: digest('f'),
      source: 'server',
      collected_at: at,
      valid_until: null,
      method: 'modelkeep.fairness 1',
      inputs: [],
      result: {},
    },
  ],
  policies: [{ name: 'high-risk', version: 1, digest: digest('0') }],
  requester: id('per', '1'),
}

const key = createKey('signing')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelkeep-decision-'))
  await writeFile(join(folder, 'key.pem'), publicKeyPem(key.publicKey))
  await writeFile(join(folder, 'other.pem'), publicKeyPem(createKey('other').publicKey))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function decisionFile(change: { approver?: string; scope_digest?: string } = {}) {
  const draft = {
    format: 'modelkeep-decision-1',
    id: id('dec', '1'),
    review: id('rev', '1'),
    outcome: 'approved',
    reason: 'The evidence holds.',
    decided_by: id('per', '2'),
    decided_at: at,
    roles: ['validator'],
    compared: {
      approver: change.approver ?? id('per', '2'),
      requester: id('per', '1'),
      developers: [id('per', '1')],
    },
    scope_digest: change.scope_digest ?? digest('0'),
    snapshot,
  }
  const document = DecisionDocument.parse(draft)
  const scope_digest = change.scope_digest === undefined ? scopeDigestOf(document.snapshot) : document.scope_digest
  return signDecision({ ...document, scope_digest }, key)
}

async function run(file: unknown, keyFile = 'key.pem') {
  const path = await saved(file)
  return start(example('verify-decision.mjs'), path, join(folder, keyFile))
}

async function saved(value: unknown): Promise<string> {
  const path = join(folder, 'answer.json')
  await writeFile(path, JSON.stringify(value, null, 2))
  return path
}

function start(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

test('the example script verifies what the server signs', async () => {
  const file = decisionFile()
  const result = await run(file)
  expect(result).toMatchObject({ status: 0 })
  expect(result.text).toContain(file.digest)
})

test('the example script names what is wrong', async () => {
  const file = decisionFile()
  const outcome = { ...file, document: { ...file.document, outcome: 'rejected' } }
  expect(await run(outcome)).toMatchObject({ status: 1, text: expect.stringContaining('the document hashes to') })
  expect(await run(file, 'other.pem')).toMatchObject({ status: 1, text: expect.stringContaining('has not signed') })
  expect(await run(decisionFile({ scope_digest: digest('1') }))).toMatchObject({
    status: 1,
    text: expect.stringContaining('the scope hashes to'),
  })
  expect(await run(decisionFile({ approver: id('per', '1') }))).toMatchObject({
    status: 1,
    text: expect.stringContaining('developed the version'),
  })
})

test('the digest example computes what the server computes', async () => {
  const content = Evidence.pick({ kind: true, subject: true, inputs: true, method: true, result: true }).parse({
    kind: 'performance',
    subject: { type: 'version', id: id('ver', '1'), digest: digest('a') },
    inputs: [{ role: 'dataset', name: 'wages', digest: digest('b') }],
    method: { name: 'modelkeep.performance', version: '1', parameters: { seed: 1, threshold: 0.5 } },
    result: { figures: { roc_auc: { state: 'ok', value: 0.1 + 0.2 } } },
  })
  const protocol = Protocol.parse({ task: 'binary', label: 'hired', positive: 1 })
  const { manifest, text } = { manifest: { format: 'modelkeep-manifest-1', files: [] }, text: 'name: é # comment\n' }
  const answers = {
    version: { manifest, digest: digestOf(manifest) },
    evidence: { ...content, id: id('evi', '1'), digest: digestOfEvidence(content) },
    protocol: { protocol, digest: digestOf(protocol) },
    policy: { text, digest: sha256(text) },
    decision: decisionFile(),
  }
  for (const [kind, answer] of Object.entries(answers)) {
    const path = await saved(answer)
    expect(start(example('digest.mjs'), kind, path), kind).toEqual({ status: 0, text: `${answer.digest}\n` })
    const changed = await saved({ ...answer, digest: digest('9') })
    expect(start(example('digest.mjs'), kind, changed), kind).toMatchObject({ status: 1 })
  }
})
