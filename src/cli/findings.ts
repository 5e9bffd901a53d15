import type { Command } from 'commander'
import { z } from 'zod'
import { Finding, FindingSheet, VerifyResult } from '../modules/findings/schema.ts'
import { Severity } from '../modules/registry/schema.ts'
import { type Client, connectClient, parseModelVersion } from './client.ts'
import { CliError, exitCodes } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, styled, table, wrapped } from './output.ts'
import { personId } from './people.ts'

/** What is wrong, who mends it, and who has verified that. */
export function addFindings(program: Command) {
  const finding = program.command('finding').description('what is wrong with a model or a version')
  finding
    .command('open <model[@version]>')
    .description('open a finding')
    .requiredOption('--title <text>', 'what is wrong, in a line')
    .requiredOption('--severity <severity>', Severity.options.join(', '))
    .requiredOption('--due <date>', 'by when it has to be mended')
    .option('--description <text>', 'everything else', '')
    .option('--owner <login>', 'who mends it (default: you)')
    .option('--json', 'print JSON')
    .action(open)
  finding
    .command('list')
    .description('findings that nobody has verified as mended; exits 3 when one is overdue')
    .option('--model <model>', 'on this model')
    .option('--mine', 'only those that you own')
    .option('--all', 'closed ones, too')
    .option('--json', 'print JSON')
    .action(list)
  finding
    .command('show <id>')
    .description('one finding, with what was said about it')
    .option('--json', 'print JSON')
    .action(show)
  finding
    .command('plan <id>')
    .description('say the cause and what will be done')
    .requiredOption('--cause <text>', 'why it is so')
    .requiredOption('--plan <text>', 'what will be done')
    .action((id: string, { cause, plan }: { cause: string; plan: string }) => step(id, 'plan', { cause, plan }))
  finding
    .command('resolve <id>')
    .description('say that it is mended')
    .requiredOption('--proof <text>', 'what shows it')
    .action((id: string, { proof }: { proof: string }) => step(id, 'resolve', { proof }))
  finding
    .command('verify <id>')
    .description('close a resolved finding that somebody else has mended')
    .requiredOption('--note <text>', 'what you looked at')
    .action(verify)
  finding
    .command('reopen <id>')
    .description('open a resolved or closed finding again')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, { reason }: { reason: string }) => step(id, 'reopen', { reason }))
  finding
    .command('comment <id> <text>')
    .description('say something about a finding')
    .action(async (id: string, text: string) => {
      await (await connectClient()).post(`${pathOf(id)}/comments`, z.object({ id: z.string() }), { text })
      print('Said.')
    })
}

const pathOf = (id: string) => `/findings/${encodeURIComponent(id)}`

type OpenOptions = {
  title: string
  severity: string
  due: string
  description: string
  owner?: string
  json?: boolean
}

async function open(text: string, { owner, due, json, ...options }: OpenOptions) {
  const severity = Severity.safeParse(options.severity)
  if (!severity.success) throw new CliError(`severities are ${Severity.options.join(', ')}`)
  const client = await connectClient()
  const made = await client.post('/findings', Finding, {
    ...(await subjectOf(client, text)),
    title: options.title,
    description: options.description,
    severity: severity.data,
    due_at: momentOf(due),
    ...(owner === undefined ? {} : { owner: await personId(client, owner) }),
  })
  if (json) printJson(made)
  else print(`Opened ${made.id}: ${client.url}/findings/${made.id}`)
}

async function subjectOf(client: Client, text: string) {
  if (!text.includes('@')) return { model: text }
  const { model, version } = parseModelVersion(text)
  if (typeof version === 'number') return { model, version }
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
  return { model, version: (await client.get(path, z.object({ version: z.int() }))).version }
}

async function list(options: { model?: string; mine?: boolean; all?: boolean; json?: boolean }) {
  const query = new URLSearchParams({ state: options.all ? 'all' : 'open' })
  if (options.model !== undefined) query.set('model', options.model)
  if (options.mine) query.set('owner', 'me')
  const { findings } = await (await connectClient()).get(`/findings?${query}`, z.object({ findings: z.array(Finding) }))
  if (findings.some(({ overdue }) => overdue)) process.exitCode = exitCodes.denied
  if (options.json) return printJson(findings)
  if (findings.length === 0) return print('Nothing is wrong that anybody has said.')
  const rows = findings.map((each) => [each.id, each.severity, wordsOf(each), nameOf(each), dueOf(each), each.title])
  print(table([['FINDING', 'SEVERITY', 'STATE', 'ON', 'DUE', 'TITLE'], ...rows]))
}

const wordsOf = ({ state }: Finding) => state.replace('_', ' ')
const nameOf = ({ model, version }: Finding) => (version === null ? model : `${model}@${version}`)
const dueOf = ({ due_at, overdue }: Finding) => `${due_at.slice(0, 10)}${overdue ? ' overdue' : ''}`

async function show(id: string, { json }: { json?: boolean }) {
  const sheet = await (await connectClient()).get(pathOf(id), FindingSheet)
  if (json) return printJson(sheet)
  const { finding, comments, blocks, conflicts } = sheet
  print(`${styled('bold', finding.title)}: ${finding.severity}, ${wordsOf(finding)}`)
  print(`On ${nameOf(finding)}, due ${dueOf(finding)}. Blocks ${blocks.join(', ') || 'nothing'}.`)
  for (const [name, text] of [
    ['', finding.description],
    ['Cause: ', finding.cause],
    ['Plan: ', finding.plan],
    ['Proof: ', finding.proof],
    ['Verified: ', finding.verification],
  ] as const) {
    if (text) print(`\n  ${wrapped(`${name}${text}`, 2)}`)
  }
  for (const { said_at, text } of comments) print(`\n  ${said_at}  ${wrapped(text, 2)}`)
  if (finding.state === 'resolved') for (const { message } of conflicts) print(`\n${message}`)
}

async function step(id: string, word: string, body: Record<string, string>) {
  const made = await (await connectClient()).post(`${pathOf(id)}/${word}`, Finding, body)
  print(`${made.id} is ${wordsOf(made)}.${made.state === 'resolved' ? ' Somebody else has to verify it.' : ''}`)
}

async function verify(id: string, { note }: { note: string }) {
  const client = await connectClient()
  const result = await client.post(`${pathOf(id)}/verify`, VerifyResult, { note })
  switch (result.outcome) {
    case 'closed':
      print(`${result.finding.id} is ${styled('green', 'closed')}.`)
      return
    case 'refused':
      print(`${styled('red', 'Refused')}: you may not verify this.`)
      for (const { message } of result.reasons) print(`  ${message}`)
      process.exitCode = exitCodes.denied
  }
}
