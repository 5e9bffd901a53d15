import { mkdir, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { MlflowError } from './mlflow.ts'
import { colleagues } from './people.ts'
import { type DemoServer, startServer } from './server.ts'
import { DemoError, show, styled } from './show.ts'
import { prepareAccounts } from './steps/accounts.ts'
import { allowed, proveTrail, refused, review } from './steps/govern.ts'
import { evaluate, register } from './steps/register.ts'
import { trainBoth } from './steps/train.ts'
import { modelName, type Story } from './story.ts'

const { values: options } = parseArgs({
  options: {
    reset: { type: 'boolean', default: false },
    exit: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'modelkeep-demo' },
    port: { type: 'string', default: '5000' },
  },
})

const folder = resolve(options.folder)
const steps = 9

async function main(): Promise<number> {
  if (options.reset) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })

  show.step(1, steps, 'Start the server')
  const server = await startServer(resolve(folder, 'data'), Number(options.port))
  await writeFile(resolve(folder, 'server.pid'), String(server.pid))
  const interrupted = new Promise<'interrupted'>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done('interrupted'))
  })
  try {
    const told = await Promise.race([tell(server), interrupted, server.ended.then(() => 'ended' as const)])
    if (told === 'interrupted') return 130
    if (told === 'ended') throw new DemoError('the server ended in the middle; start the demo again and it goes on')
    if (options.exit) return 0
    await Promise.race([interrupted, server.ended])
    return 0
  } finally {
    await server.stop()
  }
}

async function tell(server: DemoServer): Promise<'told'> {
  show.say(`Modelkeep serves at ${server.url}: SQLite, a local artifact folder, one workspace.`)
  const story = await prepareAccounts(server, folder)

  show.step(2, steps, 'Train two models and log them through MLflow’s API')
  const runs = await trainBoth(story)

  show.step(3, steps, 'Register version 1, and the server seals it')
  await register(story, 1, runs.plain)

  show.step(4, steps, 'The server scores version 1 itself and keeps the evidence')
  const evidence = await evaluate(story, 1)
  await story.as.developer(['evidence', 'reproduce', evidence])

  show.step(5, steps, 'The gate denies version 1')
  await refused(story)

  show.step(6, steps, 'Version 2 is mitigated, meets the checks, and is reviewed')
  await register(story, 2, runs.mitigated)
  await evaluate(story, 2)
  await review(story)

  show.step(7, steps, 'The gate allows version 2, in writing')
  const verdict = await allowed(story)

  show.step(8, steps, 'The trail proves itself')
  await proveTrail(story)

  show.step(9, steps, 'Look around')
  tour(story, verdict)
  return 'told'
}

function tour({ url, accounts }: Story, verdict: string) {
  const pages = [
    ['My work', '/'],
    ['Inventory', '/inventory'],
    ['Version 2, allowed', `/models/${modelName}/versions/2`],
    ['Version 1, denied', `/models/${modelName}/versions/1`],
    ['Fairness of version 1', `/models/${modelName}/versions/1?tab=evaluations`],
    ['The verdict explained', `/gate/verdicts/${verdict}`],
    ['Training runs', '/experiments'],
    ['The trail', '/trail'],
    ['API reference', '/reference'],
  ]
  for (const [title = '', path = ''] of pages) show.say(`${title.padEnd(22)} ${url}${path}`)
  show.say('')
  show.say('Sign in as')
  const people = [
    { key: 'admin' as const, name: 'Administrator' },
    ...(['developer', 'validator', 'auditor'] as const).map((key) => ({
      key,
      name: `${colleagues[key].name}, ${key}`,
    })),
  ]
  for (const { key, name } of people)
    show.say(`${name.padEnd(26)} ${accounts[key]?.login.padEnd(6)} ${accounts[key]?.password}`)
  show.say('')
  if (!options.exit)
    show.say(`${styled('bold', 'The server stays up.')} Ctrl-C ends it; npm run demo goes on from here.`)
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof DemoError || error instanceof MlflowError)) throw error
  process.stderr.write(`\n${styled('red', 'The demo stopped.')} ${error.message}\n`)
  process.exitCode = 1
}
