import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { SeparationReport } from '../modules/reviews/schema.ts'
import { connectClient } from './client.ts'
import { momentOf } from './moments.ts'
import { print, printJson, table } from './output.ts'

type Options = { from?: string; to?: string; env?: string; csv?: string; json?: boolean }

export function addSeparation(decision: Command) {
  decision
    .command('separation')
    .description('every decision with the identities that were compared; exits 3 when somebody stands on both sides')
    .option('--from <moment>', 'a date, or an ISO-8601 moment')
    .option('--to <moment>', 'a date, or an ISO-8601 moment')
    .option('--env <environment>', 'only decisions for this one')
    .option('--csv <file>', 'write it as CSV')
    .option('--json', 'print JSON')
    .action(separation)
}

async function separation({ from, to, env, csv, json }: Options) {
  const query = new URLSearchParams()
  if (from !== undefined) query.set('from', new Date(from).toISOString())
  if (to !== undefined) query.set('to', momentOf(to))
  if (env !== undefined) query.set('environment', env)
  const report = await (await connectClient()).get(`/decisions/separation?${query}`, SeparationReport)
  if (report.rows.some(({ same }) => same.length > 0)) process.exitCode = 3
  const rows = rowsOf(report)
  if (csv !== undefined) {
    await writeFile(csv, `${[header, ...rows].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`)
    return print(`${csv} has ${rows.length} decisions.`)
  }
  if (json) return printJson(report)
  if (rows.length === 0) return print('Nobody has decided anything.')
  print(table([header.map((title) => title.toUpperCase()), ...rows]))
}

const header = [
  'decision',
  'at',
  'model',
  'version',
  'environment',
  'outcome',
  'approver',
  'roles',
  'in place of',
  'requester',
  'developers',
  'own key',
  'on both sides',
]

function rowsOf({ rows, people }: SeparationReport): string[][] {
  const nameOf = (id: string) => people[id] ?? id
  return rows.map((row) => [
    row.decision,
    row.decided_at,
    row.model,
    String(row.version),
    row.environment,
    row.outcome,
    nameOf(row.approver),
    row.roles.join(' '),
    row.in_place_of.map(nameOf).join(', '),
    nameOf(row.requester),
    row.developers.map(nameOf).join(', '),
    row.person_key ?? '',
    row.same.map(nameOf).join(', '),
  ])
}

/** A cell that a spreadsheet would run as a formula is kept as text. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
