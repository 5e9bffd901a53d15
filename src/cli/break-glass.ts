import type { Command } from 'commander'
import { z } from 'zod'
import { BreakGlass, BreakGlassResult } from '../modules/break-glass/schema.ts'
import { connectClient, parseModelVersion } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { print, printJson, styled, table, wrapped } from './output.ts'

/** Running for some hours what the gate denies, because two people say so. */
export function addBreakGlass(program: Command) {
  const glass = program.command('break-glass').description('run for some hours what the gate denies, by two people')
  glass
    .command('request <model@version>')
    .description('ask for it; somebody who neither asked nor made the version has to confirm')
    .requiredOption('--env <environment>', 'where it has to run')
    .requiredOption('--reason <text>', 'why it cannot wait')
    .option('--hours <hours>', 'for how long (default: as long as the environment permits)')
    .option('--json', 'print JSON')
    .action(request)
  glass
    .command('confirm <id>')
    .description('let it run, as the second person; opens a finding')
    .requiredOption('--reason <text>', 'why you agree')
    .option('--json', 'print JSON')
    .action(confirm)
  glass
    .command('end <id>')
    .description('take a request back, or end what runs before its time')
    .requiredOption('--reason <text>', 'why')
    .action(end)
  glass
    .command('list')
    .description('what waits for a second person, runs, or was not reviewed; exits 3 when something was not')
    .option('--model <model>', 'of this model')
    .option('--all', 'everything that ever was')
    .option('--json', 'print JSON')
    .action(list)
}

type RequestOptions = { env: string; reason: string; hours?: string; json?: boolean }

async function request(text: string, { env, reason, hours, json }: RequestOptions) {
  const { model, version } = parseModelVersion(text)
  if (typeof version === 'string') throw new CliError('give the version’s number: an alias may move')
  const result = await (await connectClient()).post('/break-glass', BreakGlassResult, {
    ...{ model, version, environment: env, reason },
    ...(hours === undefined ? {} : { hours: Number(hours) }),
  })
  if (json) printJson(result)
  if (result.outcome === 'refused') return refused(result, json)
  const { id, lapses_at } = result.break_glass
  if (json) return
  print(`${id}: asked for ${model} version ${version} in ${env}, ${result.break_glass.hours} hours.`)
  print(`Somebody else has to say before ${lapses_at}: modelkeep break-glass confirm ${id} --reason …`)
}

async function confirm(id: string, { reason, json }: { reason: string; json?: boolean }) {
  const client = await connectClient()
  const result = await client.post(`${pathOf(id)}/confirmation`, BreakGlassResult, { reason })
  if (json) printJson(result)
  if (result.outcome === 'refused') return refused(result, json)
  const { model, version, environment, until, finding_id, verdict_id } = result.break_glass
  if (json) return
  print(
    `${styled(['red', 'bold'], 'Glass broken')}: ${model} version ${version} may run in ${environment} until ${until}.`,
  )
  print(`Finding ${finding_id}, ${client.url}/findings/${finding_id}`)
  print(`Verdict ${verdict_id}, ${client.url}/gate/verdicts/${verdict_id}`)
}

async function end(id: string, { reason }: { reason: string }) {
  const { state, model, version, environment } = await (await connectClient()).post(`${pathOf(id)}/end`, BreakGlass, {
    reason,
  })
  print(`${id} is ${state}: ${model} version ${version} in ${environment} is for the gate again.`)
}

async function list({ model, all, json }: { model?: string; all?: boolean; json?: boolean }) {
  const query = new URLSearchParams({ state: all ? 'all' : 'open', ...(model === undefined ? {} : { model }) })
  const client = await connectClient()
  const { break_glass } = await client.get(`/break-glass?${query}`, z.object({ break_glass: z.array(BreakGlass) }))
  if (break_glass.some(({ state, reviewed }) => state === 'over' && !reviewed)) process.exitCode = exitCodes.denied
  if (json) return printJson(break_glass)
  if (break_glass.length === 0) return print('None.')
  const lines = break_glass.map((each) => [
    each.id,
    `${each.model}@${each.version}`,
    each.environment,
    each.state === 'over' && !each.reviewed ? 'not reviewed' : each.state,
    each.until ?? each.lapses_at,
    each.finding_id ?? '',
  ])
  print(table([['ID', 'VERSION', 'ENVIRONMENT', 'STATE', 'UNTIL', 'FINDING'], ...lines]))
}

const pathOf = (id: string) => `/break-glass/${encodeURIComponent(id)}`

function refused({ reasons }: { reasons: { message: string }[] }, json: boolean | undefined) {
  process.exitCode = exitCodes.denied
  if (!json) for (const { message } of reasons) print(`${styled('red', 'Refused')}: ${wrapped(message, 2)}`)
}
