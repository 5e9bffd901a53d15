import type { Command } from 'commander'
import { z } from 'zod'
import { Preview, Purge, Rule, RuleId, RuleInput } from '../modules/retention/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'
import { printPreview, printPurge, watchPurge } from './purge.ts'
import { readJsonFile } from './read-json.ts'

/** Rules that remove by themselves what has served its time. */
export function addRetention(program: Command) {
  const retention = program.command('retention').description('rules that remove what has served its time')
  retention.command('list').description('the rules, as sentences').option('--json', 'print JSON').action(list)
  retention
    .command('preview <file-or-rule>')
    .description('what a rule would remove now; the rule by its id, or as JSON in a file')
    .option('--json', 'print JSON')
    .action(preview)
  retention
    .command('add <file>')
    .description('write a rule from a JSON file: name, and rule with what, when, scope and keep')
    .action(add)
  retention
    .command('set <rule> <file>')
    .description('change a rule; what it says now must be enabled again')
    .action(set)
  for (const [word, state] of [
    ['enable', 'enabled'],
    ['disable', 'disabled'],
    ['remove', 'removed'],
  ] as const) {
    retention
      .command(`${word} <rule>`)
      .description(`${word} a rule`)
      .action((rule: string) => setState(rule, state))
  }
  retention
    .command('run <rule>')
    .description('carry an enabled rule out now, and wait for the report')
    .option('--json', 'print JSON')
    .action(run)
}

const path = (id: string, ...more: string[]) => ['/retention/rules', encodeURIComponent(id), ...more].join('/')

async function findRule(client: Client, id: string): Promise<Rule> {
  if (!RuleId.safeParse(id).success) throw new CliError(`"${id}" is no rule; modelkeep retention list shows their ids`)
  return (await client.get(path(id), z.object({ rule: Rule }))).rule
}

async function list({ json }: { json?: boolean }) {
  const client = await connectClient()
  const { rules } = await client.get('/retention/rules', z.object({ rules: z.array(Rule) }))
  if (json) return printJson(rules)
  if (rules.length === 0) return print('There is no rule yet: modelkeep retention add FILE.')
  const rows = rules.map((rule) => [rule.id, rule.state, rule.next_at ?? '', rule.name, rule.sentence])
  print(table([['RULE', 'STATE', 'NEXT', 'NAME', 'SAYS'], ...rows]))
}

async function preview(what: string, { json }: { json?: boolean }) {
  const client = await connectClient()
  const input = RuleId.safeParse(what).success ? await findRule(client, what) : await readJsonFile(what, RuleInput)
  const shown = await client.post('/retention/preview', Preview, { name: input.name, rule: input.rule })
  if (json) printJson(shown)
  else printPreview(shown)
}

async function add(file: string) {
  const client = await connectClient()
  const rule = await client.post('/retention/rules', Rule, await readJsonFile(file, RuleInput))
  print(`${rule.id}: ${rule.sentence}`)
  print(`It does nothing yet: modelkeep retention enable ${rule.id}`)
}

async function set(id: string, file: string) {
  const client = await connectClient()
  const { version } = await findRule(client, id)
  const rule = await client.put(path(id), Rule, { ...(await readJsonFile(file, RuleInput)), version })
  print(`${rule.id} version ${rule.version}, disabled: ${rule.sentence}`)
}

async function setState(id: string, state: 'enabled' | 'disabled' | 'removed') {
  const client = await connectClient()
  const { version } = await findRule(client, id)
  const rule = await client.put(path(id, 'state'), Rule, { state, version })
  print(`${rule.name} is ${rule.state}${rule.next_at ? `; it is carried out next at ${rule.next_at}` : ''}.`)
}

async function run(id: string, { json }: { json?: boolean }) {
  const client = await connectClient()
  await findRule(client, id)
  const purge = await client.post(path(id, 'executions'), Purge)
  printPurge(await watchPurge(client, purge), json)
}
