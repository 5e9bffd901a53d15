import type { Command } from 'commander'
import { z } from 'zod'
import { ScanRule } from '../modules/artifacts/schema.ts'
import { Standing } from '../modules/gate/schema.ts'
import { Waiver, type WaiverInput, WaiverResult } from '../modules/reviews/schema.ts'
import { type Client, connectClient, parseModelVersion, versionPath } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, styled, table, wrapped } from './output.ts'

/** What a version may run without, for a time, and what a look at its files could not vouch for. */
export function addWaivers(program: Command) {
  const waiver = program.command('waiver').description('let a version through although something is not met')
  waiver
    .command('give <model@version>')
    .description('waive a requirement, or with --path an unknown finding in a file, for a time')
    .option('--requirement <id>', 'the requirement, by the id of its rule')
    .option('--env <environment>', 'where the version is to run')
    .option('--policy <name>', 'whose requirement it is, where several policies have one of this id')
    .option('--control <text>', 'what keeps the risk small while it is not met')
    .option('--path <path>', 'the file of a finding')
    .option('--rule <rule>', 'the rule of a finding')
    .option('--what <text>', 'what was found')
    .requiredOption('--reason <text>', 'why, in at least ten characters')
    .requiredOption('--until <date>', 'the last day')
    .option('--json', 'print JSON')
    .action(give)
  waiver
    .command('list <model@version>')
    .description('waivers of a version, those that ended too')
    .option('--json', 'print JSON')
    .action(list)
  waiver
    .command('withdraw <id>')
    .description('take a waiver back')
    .action(async (id: string) => {
      const made = await (await connectClient()).post(`/waivers/${encodeURIComponent(id)}/withdraw`, Waiver)
      print(`${made.id} is withdrawn: ${nameOf(made)} is asked for again.`)
    })
}

type GiveOptions = {
  requirement?: string
  env?: string
  policy?: string
  control?: string
  path?: string
  rule?: string
  what?: string
  reason: string
  until: string
  json?: boolean
}

async function give(text: string, options: GiveOptions) {
  const client = await connectClient()
  const version = versionPath(parseModelVersion(text))
  const input = await inputOf(client, version, options)
  const result = await client.post(`${version}/waivers`, WaiverResult, input)
  if (options.json) printJson(result)
  switch (result.outcome) {
    case 'recorded':
      if (!options.json) print(`${result.waiver.id} waives ${nameOf(result.waiver)} until ${result.waiver.until}.`)
      return
    case 'refused':
      process.exitCode = exitCodes.denied
      if (options.json) return
      print(`${styled('red', 'Refused')}: you may not waive this.`)
      for (const { message } of result.reasons) print(`  ${message}`)
  }
}

async function inputOf(client: Client, version: string, options: GiveOptions): Promise<WaiverInput> {
  const { requirement, env: environment, control, path, rule, what, reason } = options
  const until = momentOf(options.until)
  if (requirement !== undefined && environment !== undefined && control !== undefined) {
    const policy = options.policy ?? (await policyOf(client, version, environment, requirement))
    return { kind: 'requirement', environment, policy, requirement, reason, control, until }
  }
  if (path !== undefined && rule !== undefined && what !== undefined) {
    const known = ScanRule.safeParse(rule)
    if (!known.success) throw new CliError(`"${rule}" is no rule of a look at files`)
    return { kind: 'scan', path, rule: known.data, what, reason, until }
  }
  throw new CliError('give --requirement, --env and --control, or --path, --rule and --what')
}

async function policyOf(client: Client, version: string, environment: string, requirement: string): Promise<string> {
  const query = new URLSearchParams({ environment })
  const { requirements } = await client.get(`${version}/standing?${query}`, Standing)
  const names = requirements.filter(({ id }) => id === requirement).map(({ policy }) => policy.name)
  const [name, ...more] = [...new Set(names)]
  if (name === undefined) throw new CliError(`no policy of ${environment} has a requirement ${requirement}`)
  if (more.length > 0) throw new CliError(`name the policy: ${[name, ...more].join(', ')} have it`)
  return name
}

async function list(text: string, { json }: { json?: boolean }) {
  const path = `${versionPath(parseModelVersion(text))}/waivers`
  const { waivers } = await (await connectClient()).get(path, z.object({ waivers: z.array(Waiver) }))
  if (json) return printJson(waivers)
  if (waivers.length === 0) return print('Nothing is or was waived.')
  const rows = waivers.map((each) => [each.id, each.state, nameOf(each), each.until.slice(0, 10), each.given_by])
  print(table([['WAIVER', 'STATE', 'OF', 'UNTIL', 'GIVEN BY'], ...rows]))
  for (const each of waivers.filter(({ state }) => state === 'active')) {
    print(`\n${each.id}: ${wrapped(each.reason, 2)}`)
    if (each.kind === 'requirement') print(`  Control: ${wrapped(each.control, 2)}`)
  }
}

function nameOf(waiver: Waiver): string {
  switch (waiver.kind) {
    case 'requirement':
      return `${waiver.requirement} of ${waiver.policy} in ${waiver.environment}`
    case 'scan':
      return `${waiver.what} in ${waiver.path}`
  }
}
