import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type App, createApp } from '../../src/app.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { serverActor } from '../../src/modules/audit/schema.ts'
import { isAuthScenario, sendAsRecorded } from './auth.ts'
import { deliveryScenario, startReceiver } from './receiver.ts'
import { readScenario, replay, type ScenarioResult, scenariosIn, summary } from './replay.ts'
import { sendTo } from './send.ts'

/** `npm run conformance -- DIR`: replays a folder of recordings and names every difference. */
const folder = resolve(
  process.argv[2] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'conformance', 'mlflow'),
)
const results: ScenarioResult[] = []
for (const scenario of scenariosIn(folder)) results.push(await replayed(scenario))

for (const { scenario, problems } of results) {
  for (const { seq, request, difference } of problems) console.info(`${scenario} ${seq} ${request}: ${difference}`)
}
console.info(summary(results))
process.exitCode = results.some(({ problems }) => problems.length > 0) ? 1 : 0

async function replayed(scenario: string): Promise<ScenarioResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelkeep-conformance-'))
  const receiver = scenario === deliveryScenario ? await startReceiver() : undefined
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
    const send = isAuthScenario(scenario) ? await sendAsRecorded(app) : await sendTo(app, await administratorOf(app))
    const result = await replay(scenario, readScenario(folder, scenario), send, undefined, receiver?.known)
    for (const difference of (await receiver?.problems(folder)) ?? []) {
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
