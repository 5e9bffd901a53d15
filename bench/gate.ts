import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../src/app.ts'
import { digestOf } from '../src/lib/digest.ts'
import { newId } from '../src/lib/ids.ts'
import type { Actor } from '../src/modules/access/schema.ts'
import { serverActor } from '../src/modules/audit/schema.ts'
import type { Workspace } from '../src/workspace.ts'
import { type Measurement, percentile } from './measurement.ts'

const rounds = 1000
const warmUp = 100
const model = 'bench'

/**
 * One question over HTTP, from the request to the signed verdict on disk, under a policy of 100 checks: half comparisons,
 * half expressions.
 */
export async function measureGate(): Promise<Measurement[]> {
  const dataDir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-gate-'))
  const app = await createApp({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://127.0.0.1',
    database: { kind: 'sqlite' },
    log: false,
    trustProxy: false,
  })
  try {
    const workspace = app.workspaces.get('main')
    if (!workspace) throw new Error('there is no workspace main')
    await prepare(workspace)
    const person = await app.access.people.create(serverActor, {
      login: 'bench',
      name: 'Bench',
      kind: 'person',
      grants: [{ role: 'developer', model: null }],
    })
    const asker = { ...person, via: 'session' as const, scopes: null }
    const { secret } = await app.access.tokens.create(asker, { name: 'bench', scopes: null, expires_in_days: 1 })
    const times: number[] = []
    for (let round = 0; round < warmUp + rounds; round++) {
      const start = performance.now()
      const reply = await app.http.inject({
        method: 'POST',
        url: '/api/v1/gate/checks',
        headers: { authorization: `Bearer ${secret}` },
        payload: { model, version: 1, environment: 'prod' },
      })
      const took = performance.now() - start
      if (round < warmUp) continue
      const verdict = reply.json()
      if (verdict.outcome !== 'allowed' || verdict.requirements.length !== 102)
        throw new Error(reply.body.slice(0, 500))
      times.push(took)
    }
    const row = { against: '–', reference: null, ratio: null, unit: 'ms', better: 'lower' } as const
    const work = 'gate verdict over HTTP, 100 checks, warm, p99'
    return [{ ...row, work, ours: percentile(times, 0.99), goal: 10 }]
  } finally {
    await app.close()
    await rm(dataDir, { recursive: true })
  }
}

const actor: Actor = { ...serverActor, login: 'bench', name: 'Bench', grants: [], scopes: null }
const metrics = Array.from({ length: 50 }, (_, i) => `metric_${i}`)

async function prepare({ registry, policies, connection }: Workspace): Promise<void> {
  await registry.models.create(actor, { name: model, tier: 'medium', purpose: 'Measured.', description: '' })
  const { id } = await registry.versions.register(actor, {
    model,
    source: 'https://example.com/model',
    run_id: null,
    description: '',
    run_link: '',
    tags: [],
  })
  const row = await connection.db.selectFrom('model_version').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  await connection.writer.commit(async (tx) => {
    for (const kind of ['performance', 'fairness'] as const) {
      const result = {
        figures: Object.fromEntries(metrics.map((name) => [name, { state: 'ok', value: 0.8, low: 0.7, high: 0.9 }])),
        curve: Array.from({ length: 500 }, (_, i) => ({ threshold: i / 500, tpr: i / 500, fpr: i / 700 })),
      }
      const inputs = '[]'
      const made = { collected_at: new Date().toISOString(), collected_by: 'server', valid_until: null }
      const method = { method_name: `modelkeep.${kind}`, method_version: '1', parameters: '{}' }
      const about = { model_id: row.model_id, version_id: id, version_digest: row.digest, evaluation_id: null }
      const content = { kind, source: 'server' as const, inputs, result: JSON.stringify(result) }
      const digest = digestOf({ kind, result })
      await tx
        .insertInto('evidence')
        .values({ id: newId('evi'), ...about, ...content, ...method, ...made, digest })
        .execute()
    }
  })
  const draft = await policies.draft(actor, { text: policyText(), tests: null })
  await policies.publish(actor, draft.name, draft.version)
}

/** Takes the place of the starter policy for medium tier. */
function policyText(): string {
  const comparisons = metrics.map(
    (name, i) =>
      `  - { id: compare-${i}, title: Figure ${i}, evidence: performance, figure: figures.${name}, is: at_least, limit: 0.5 }`,
  )
  const expressions = metrics.map(
    (name, i) =>
      `  - { id: expression-${i}, title: Expression ${i}, cel: 'evidence.fairness.result.figures.${name}.value > 0.5 && version.version >= 1' }`,
  )
  return `format: modelkeep-policy-1
name: medium-tier
title: One hundred checks
scope: { tiers: [medium], environments: [prod] }
evidence:
  - { id: performance, title: Performance, kind: performance, max_age_days: 90 }
  - { id: fairness, title: Fairness, kind: fairness, max_age_days: 90 }
checks:
${[...comparisons, ...expressions].join('\n')}
`
}

if (import.meta.main) console.table(await measureGate())
