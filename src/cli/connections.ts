import type { Command } from 'commander'
import { type ConnectionHealth, Connections, DryRun } from '../modules/connections/schema.ts'
import { ScoringEndpoint } from '../modules/evaluation/schema.ts'
import { Delivery } from '../modules/notifications/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, table, tone } from './output.ts'

/** What the server rests on and talks to. */
export function addConnections(program: Command) {
  const connection = program
    .command('connection')
    .description('what the server rests on and talks to, and whether it works')
  connection
    .command('list')
    .description('each connection with its last proof; exits 3 where one does not work')
    .option('--json', 'print JSON')
    .action(list)
  connection
    .command('test <name>')
    .description('try a connection now, as the list names it; exits 3 unless it works')
    .option('--dataset <digest>', 'score the first row of this stored dataset as well')
    .option('--model <model>', 'by the protocol of this model, where several name the endpoint')
    .option('--url <address>', 'an address of the host, where no protocol names one yet')
    .option('--speaks <protocol>', 'what it speaks: mlflow or v2', 'mlflow')
    .option('--json', 'print JSON')
    .action(test)
}

async function list({ json }: { json?: boolean }) {
  const { connections } = await (await connectClient()).get('/connections', Connections)
  if (connections.some(({ state }) => state === 'blocked')) process.exitCode = exitCodes.denied
  if (json) return printJson(connections)
  const rows = connections.map(({ state, kind, name, detail, proof }) => [
    tone(state),
    kind,
    name,
    detail,
    proof ? `${proof.what} ${proof.at}` : '',
  ])
  print(table([['STATE', 'KIND', 'NAME', 'WHAT IT IS', 'LAST PROOF'], ...rows]))
}

type Options = { dataset?: string; model?: string; url?: string; speaks: string; json?: boolean }

async function test(name: string, options: Options) {
  const client = await connectClient()
  const { connections } = await client.get('/connections', Connections)
  const found =
    connections.find((each) => each.name === name) ?? connections.find((each) => each.dry_run?.target === name)
  if (!found) throw new CliError(`there is no connection "${name}"; modelkeep connection list shows their names`)
  if (found.webhook !== undefined) return testWebhook(client, found.webhook, options)
  if (found.dry_run === undefined) return triedAlready(found, options)
  const run = await client.post('/connections/dry-runs', DryRun, wishOf(found.kind, found.dry_run.target, options))
  if (run.outcome !== 'passed') process.exitCode = exitCodes.denied
  if (options.json) return printJson(run)
  print(`${name}: ${run.outcome}`)
  for (const { state, what, said, ms } of run.checks)
    print(`  ${tone(state)} ${what}: ${said}${ms === null ? '' : ` ${ms} ms`}`)
}

function wishOf(kind: ConnectionHealth['kind'], target: string, { dataset, model, url, speaks }: Options) {
  if (url === undefined) return { kind, target, ...(dataset ? { dataset } : {}), ...(model ? { model } : {}) }
  const endpoint = ScoringEndpoint.pick({ url: true, speaks: true }).safeParse({ url, speaks })
  if (!endpoint.success) throw new CliError('--url is an http or https address, and --speaks is mlflow or v2')
  return { kind, target, endpoint: endpoint.data }
}

/** Whatever the list tries by itself was tried just now. */
function triedAlready(found: ConnectionHealth, { json }: Options) {
  const { name, kind, state, proof, detail } = found
  if (state !== 'met') process.exitCode = exitCodes.denied
  if (json) return printJson(found)
  print(`${tone(state)} ${name}: ${proof ? `${proof.what} ${proof.at}` : detail}`)
  if (kind === 'backup') print(`It is made, or tried, with ${detail}.`)
}

async function testWebhook(client: Client, id: string, { json }: Options) {
  const delivery = await client.post(`/webhooks/${encodeURIComponent(id)}/test`, Delivery)
  if (delivery.state !== 'delivered') process.exitCode = exitCodes.denied
  if (json) return printJson(delivery)
  const said = delivery.status === null ? (delivery.error ?? 'no answer') : `answered ${delivery.status}`
  print(`${tone(delivery.state === 'delivered' ? 'met' : 'blocked')} an example was sent: ${said}`)
}
