import type { Command } from 'commander'
import { z } from 'zod'
import { Environment, GateMode, SeverityLevel } from '../modules/registry/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, table } from './output.ts'

export function addEnvironments(program: Command) {
  const environment = program.command('environment').description('where versions run, and what the gate does there')
  environment.command('list').description('every environment with its mode').action(list)
  environment
    .command('set <name>')
    .description('change an environment, or add one')
    .option('--mode <mode>', `what a denial does: ${GateMode.options.join(', ')}`)
    .option('--protect <aliases...>', 'aliases that move only through this environment’s gate')
    .option('--findings-block <severity>', `open findings from here on block: ${SeverityLevel.options.join(', ')}`)
    .action(set)
}

async function known() {
  const client = await connectClient()
  const { environments } = await client.get('/environments', z.object({ environments: z.array(Environment) }))
  return { client, environments }
}

async function list() {
  const { environments } = await known()
  print(
    table([
      ['NAME', 'MODE', 'PROTECTED', 'FINDINGS BLOCK'],
      ...environments.map((e) => [e.name, e.mode, e.protected_aliases.join(' '), e.findings_block]),
    ]),
  )
}

async function set(name: string, options: { mode?: string; protect?: string[]; findingsBlock?: string }) {
  const { client, environments } = await known()
  const before = environments.find((environment) => environment.name === name)
  const mode = GateMode.safeParse(options.mode ?? before?.mode)
  if (!mode.success) throw new CliError(`give a mode: ${GateMode.options.join(', ')}`)
  const level = SeverityLevel.optional().safeParse(options.findingsBlock)
  if (!level.success) throw new CliError(`findings block from ${SeverityLevel.options.join(', ')}`)
  const after = await client.put(`/environments/${encodeURIComponent(name)}`, Environment, {
    mode: mode.data,
    protected_aliases: options.protect ?? before?.protected_aliases ?? [],
    ...(level.data === undefined ? {} : { findings_block: level.data }),
  })
  print(`${after.name}: ${after.mode}; protected aliases: ${after.protected_aliases.join(', ') || 'none'}.`)
}
