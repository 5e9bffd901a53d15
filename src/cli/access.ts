import type { Command } from 'commander'
import { Permission } from '../modules/access/schema.ts'
import { Explanation } from '../modules/simulator/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** What can somebody do to something, and why. */
export function addAccess(program: Command) {
  program
    .command('access')
    .description('who may do what, and why')
    .command('explain <login>')
    .description('what somebody can do, why, and otherwise what is missing and who could give it; exits 3 on a no')
    .option('--model <model>', 'on this model, or MODEL@VERSION: also whether they may decide about it')
    .option('--environment <name>', 'decide for this environment only')
    .option('--action <permission>', 'one permission only')
    .option('--token <id>', 'as if the request came with this token')
    .option('--json', 'print JSON')
    .action(explain)
}

type Options = { model?: string; environment?: string; action?: string; token?: string; json?: boolean }

async function explain(login: string, options: Options) {
  if (options.action !== undefined && !Permission.safeParse(options.action).success) {
    throw new CliError(`permissions are ${Permission.options.join(', ')}`)
  }
  const at = options.model?.lastIndexOf('@') ?? -1
  const asked = {
    login,
    model: at > 0 ? options.model?.slice(0, at) : options.model,
    version: at > 0 ? options.model?.slice(at + 1) : undefined,
    environment: options.environment,
    action: options.action,
    token: options.token,
  }
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(asked)) if (value !== undefined) query.set(key, value)
  const found = await (await connectClient()).get(`/access/explain?${query}`, Explanation)
  const { person, model, permissions, duties, decisions } = found
  const isNo = options.action === undefined ? decisions.some(({ allowed }) => !allowed) : !permissions[0]?.allowed
  if (isNo) process.exitCode = 3
  if (options.json) return printJson(found)
  print(`${person.name} (${person.login}), ${model === null ? `workspace ${found.workspace}` : `model ${model}`}\n`)
  print(table(permissions.map(({ permission, allowed, sentence }) => [allowed ? '●' : '◆', permission, sentence])))
  for (const { sentence } of duties) print(`\n${sentence}`)
  for (const { sentence, conflicts } of decisions) {
    print(`\n${sentence}`)
    for (const { message } of conflicts) print(`  ${message}`)
  }
}
