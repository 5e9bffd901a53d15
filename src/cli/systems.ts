import type { Command } from 'commander'
import { z } from 'zod'
import { Assignment } from '../modules/duties/schema.ts'
import { System, SystemDetail, SystemInput, SystemUpdate } from '../modules/systems/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'
import { personId } from './people.ts'

/** Purposes in the world that models serve. */
export function addSystems(program: Command) {
  const system = program.command('system').description('AI systems: why they exist and which models serve them')
  system.command('list').description('every AI system').option('--json', 'print JSON').action(list)
  system
    .command('show <system>')
    .description('one AI system, with the versions that serve it')
    .option('--json', 'print JSON')
    .action(show)
  const about = (command: Command) =>
    command
      .option('--purpose <text>', 'what it is for')
      .option('--limits <text>', 'what it must not be used for')
      .option('--affected <text>', 'whom it affects')
      .option('--jurisdiction <names...>', 'where the law applies to it')
      .option('--tier <tier>', 'high, medium or low')
  about(system.command('add <system>').description('register an AI system'))
    .option('--owner <login>', 'ask this person to be its accountable owner')
    .option('--model <models...>', 'models that serve it')
    .action(add)
  about(system.command('set <system>').description('change what is known of an AI system'))
    .option('--name <name>', 'what it is called from now on')
    .action(set)
  system
    .command('serve <system> <model>')
    .description('say that a model serves the system')
    .option('--no-longer', 'say that it does not any more')
    .action(serve)
  system
    .command('retire <system>')
    .description('take an AI system out of use')
    .requiredOption('--reason <text>', 'why')
    .action(retire)
}

const pathOf = (name: string) => `/systems/${encodeURIComponent(name)}`

async function list({ json }: { json?: boolean }) {
  const { systems } = await (await connectClient()).get('/systems', z.object({ systems: z.array(System) }))
  if (json) return printJson(systems)
  if (systems.length === 0) return print('There is no AI system yet: modelkeep system add NAME --purpose …')
  const rows = systems.map(({ name, tier, models, purpose, retired_at }) => [
    name,
    tier ?? 'not said',
    models.join(', '),
    retired_at ? 'retired' : purpose.slice(0, 60),
  ])
  print(table([['SYSTEM', 'TIER', 'MODELS', 'PURPOSE'], ...rows]))
}

async function show(name: string, { json }: { json?: boolean }) {
  const detail = await (await connectClient()).get(pathOf(name), SystemDetail)
  if (json) return printJson(detail)
  const { system, serving } = detail
  print(`${system.name}: ${system.purpose || 'nobody has stated the purpose'}`)
  if (system.limits) print(`Not for: ${system.limits}`)
  if (system.affected) print(`Affects: ${system.affected}`)
  if (system.jurisdictions.length > 0) print(`Jurisdictions: ${system.jurisdictions.join(', ')}`)
  print(`Tier: ${system.tier ?? 'not said'}${system.retired_at ? `, retired ${system.retired_at}` : ''}`)
  const rows = serving.map(({ model, tier, aliases, running }) => [
    model,
    tier ?? '',
    aliases.map(({ alias, version }) => `${alias} ${version}`).join(', '),
    running.map(({ environment, version }) => `${environment} ${version}`).join(', '),
  ])
  if (rows.length > 0) print(`\n${table([['MODEL', 'TIER', 'ALIASES', 'RUNS IN'], ...rows])}`)
}

type About = { purpose?: string; limits?: string; affected?: string; jurisdiction?: string[]; tier?: string }

const fieldsOf = ({ jurisdiction, purpose, limits, affected, tier }: About) =>
  Object.fromEntries(
    Object.entries({ purpose, limits, affected, tier, jurisdictions: jurisdiction }).filter(
      ([, value]) => value !== undefined,
    ),
  )

async function add(name: string, { owner, model = [], ...about }: About & { owner?: string; model?: string[] }) {
  const input = SystemInput.safeParse({ name, ...fieldsOf(about) })
  if (!input.success) throw new CliError(input.error.issues[0]?.message ?? 'a tier is high, medium or low')
  const client = await connectClient()
  const person = owner === undefined ? undefined : await personId(client, owner)
  const made = await client.post('/systems', System, input.data)
  for (const each of model) await client.put(`${pathOf(made.name)}/models/${encodeURIComponent(each)}`, System)
  print(`Registered ${made.name} (${made.id}).`)
  if (person === undefined) return
  await client.post('/assignments', Assignment, { system: made.name, duty: 'accountable_owner', person })
  print(`Asked ${owner} to be its accountable owner.`)
}

async function set(name: string, { name: next, ...about }: About & { name?: string }) {
  const input = SystemUpdate.safeParse({ ...fieldsOf(about), ...(next === undefined ? {} : { name: next }) })
  if (!input.success) throw new CliError(input.error.issues[0]?.message ?? 'a tier is high, medium or low')
  const changed = await (await connectClient()).request('PATCH', pathOf(name), System, input.data)
  print(`${changed.name}: tier ${changed.tier ?? 'not said'}.`)
}

async function serve(name: string, model: string, { longer }: { longer: boolean }) {
  const path = `${pathOf(name)}/models/${encodeURIComponent(model)}`
  const { models } = await (await connectClient()).request(longer ? 'PUT' : 'DELETE', path, System)
  print(`${name} is served by ${models.join(', ') || 'nothing'}.`)
}

async function retire(name: string, { reason }: { reason: string }) {
  await (await connectClient()).post(`${pathOf(name)}/retire`, System, { reason })
  print(`${name} is retired.`)
}
