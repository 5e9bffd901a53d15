import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type App, createApp } from '../../src/app.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { isAuthScenario, sendAsRecorded } from './auth.ts'
import { receiverFor } from './receiver.ts'
import { readScenario, reasonsGiven, replay, type ScenarioResult, scenariosIn, summary } from './replay.ts'
import { sendTo } from './send.ts'

/**
 * `npm run conformance -- DIR`: replays a folder of recordings and names every difference. It ends with 1 when something differs
 * that no rule gives a reason for, and with 2 when there is nothing to replay.
 */
const folder = resolve(
  process.argv[2] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'conformance', 'mlflow'),
)
const scenarios = scenariosIn(folder)
const results: ScenarioResult[] = []
for (const scenario of scenarios) results.push(await replayed(scenario))

for (const { scenario, problems } of results) {
  for (const { seq, request, difference } of problems) console.info(`${scenario} ${seq} ${request}\n    ${difference}`)
}
console.info(`What differs on purpose, and why:\n${reasonsGiven(results)}\n`)
console.info(summary(results))
if (scenarios.length === 0) console.error(`there are no recordings in ${folder}`)
process.exitCode = scenarios.length === 0 ? 2 : results.some(({ problems }) => problems.length > 0) ? 1 : 0

async function replayed(scenario: string): Promise<ScenarioResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-conformance-'))
  const exchanges = readScenario(folder, scenario)
  const receiver = await receiverFor(folder, scenario, exchanges)
  const app = await createApp(
    {
      dataDir,
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'http://modelkeep.test',
      database: { kind: 'sqlite' },
      log: false,
      trustProxy: false,
      webhookHosts: receiver ? ['127.0.0.1'] : [],
    },
    { clock: steppingClock() },
  )
  try {
    const send = isAuthScenario(exchanges) ? await sendAsRecorded(app) : await sendTo(app, await administratorOf(app))
    const result = await replay(scenario, exchanges, send, undefined, receiver?.known)
    for (const difference of (await receiver?.problems()) ?? []) {
      result.problems.push({ seq: result.exchanges, request: 'deliveries', difference })
    }
    return result
  } finally {
    await receiver?.close()
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Later is later even where the recorded server was slower than ours. */
function steppingClock(): Clock {
  let last = 0
  return {
    now() {
      last = Math.max(last + 1, Date.now())
      return new Date(last)
    },
  }
}

async function administratorOf(app: App): Promise<string> {
  const grants = [{ role: 'administrator' as const, model: null }]
  const person = await app.access.people.create(serverActor, { login: 'admin', name: 'Admin', kind: 'person', grants })
  const made = await app.access.tokens.create(
    { id: person.id, kind: 'person', via: 'session', login: person.login, name: person.name, grants, scopes: null },
    { name: 'conformance', scopes: null, expires_in_days: 1 },
  )
  return made.secret
}
