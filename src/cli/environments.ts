import type { Command } from 'commander'
import { z } from 'zod'
import { AdmissionRules, WithoutModel } from '../modules/admission/schema.ts'
import { BreakGlassRules } from '../modules/break-glass/schema.ts'
import { Environment, GateMode, OfflineRule, SeverityLevel } from '../modules/registry/schema.ts'
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
    .option(
      '--offline <rule>',
      'while the server is away: fail_closed, or the hours for which its last verdict stands in',
    )
    .action(set)
  environment
    .command('admission <name>')
    .description('how a Kubernetes cluster’s workloads are judged that belong to an environment')
    .option('--namespaces <patterns...>', 'namespaces that are this environment; * stands for any characters')
    .option('--without-model <what>', `workloads that name no model: ${WithoutModel.options.join(' or ')}`)
    .action(admission)
  environment
    .command('break-glass <name>')
    .description('for how many hours two people may run what the gate of an environment denies; 0 for never')
    .requiredOption('--hours <hours>', 'at most')
    .action(breakGlass)
}

async function known() {
  const client = await connectClient()
  const { environments } = await client.get('/environments', z.object({ environments: z.array(Environment) }))
  return { client, environments }
}

async function list() {
  const { client, environments } = await known()
  const { rules } = await client.get('/admission/rules', z.object({ rules: z.array(AdmissionRules) }))
  const of = new Map(rules.map((each) => [each.environment, each]))
  print(
    table([
      ['NAME', 'MODE', 'PROTECTED', 'FINDINGS BLOCK', 'SERVER AWAY', 'NAMESPACES', 'WITHOUT MODEL'],
      ...environments.map((e) => [
        e.name,
        e.mode,
        e.protected_aliases.join(' '),
        e.findings_block,
        offlineText(e),
        of.get(e.name)?.namespaces.join(' ') ?? '',
        of.get(e.name)?.without_model ?? '',
      ]),
    ]),
  )
}

type SetOptions = { mode?: string; protect?: string[]; findingsBlock?: string; offline?: string }

async function set(name: string, options: SetOptions) {
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
    ...(options.offline === undefined ? {} : { offline: offlineOf(options.offline) }),
  })
  print(`${after.name}: ${after.mode}; protected aliases: ${after.protected_aliases.join(', ') || 'none'}.`)
}

function offlineOf(text: string): OfflineRule {
  if (text === 'fail_closed') return { rule: 'fail_closed' }
  const rule = OfflineRule.safeParse({ rule: 'last_known_good', max_age_hours: Number(text) })
  if (!rule.success) throw new CliError('--offline is fail_closed, or a number of hours up to 720')
  return rule.data
}

const offlineText = ({ offline }: Environment) =>
  offline.rule === 'fail_closed' ? 'stops' : `last verdict, ${offline.max_age_hours} h`

async function admission(name: string, options: { namespaces?: string[]; withoutModel?: string }) {
  const without = WithoutModel.optional().safeParse(options.withoutModel)
  if (!without.success) throw new CliError(`--without-model is ${WithoutModel.options.join(' or ')}`)
  const client = await connectClient()
  const after = await client.put(`/environments/${encodeURIComponent(name)}/admission`, AdmissionRules, {
    ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
    ...(without.data === undefined ? {} : { without_model: without.data }),
  })
  print(
    `${name}: namespaces ${after.namespaces.join(', ') || 'none'}; workloads without a model: ${after.without_model}.`,
  )
}

async function breakGlass(name: string, { hours }: { hours: string }) {
  const client = await connectClient()
  const path = `/environments/${encodeURIComponent(name)}/break-glass`
  const { longest_hours } = await client.put(path, BreakGlassRules, { longest_hours: Number(hours) })
  print(
    `${name}: ${longest_hours === 0 ? 'nobody breaks the glass' : `the glass may be broken for ${longest_hours} hours`}.`,
  )
}
