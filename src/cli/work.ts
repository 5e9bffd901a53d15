import type { Command } from 'commander'
import { Calendar, MyWork, type Renewal, type WorkItem } from '../modules/work/schema.ts'
import { connectClient } from './client.ts'
import { print, printJson, styled, table } from './output.ts'

/** What waits for you, and what ends by itself. */
export function addWork(program: Command) {
  program
    .command('work')
    .description('what waits for you, what waits for others because of you, and what lapses soon')
    .option('--json', 'print JSON')
    .action(mine)
  program
    .command('calendar')
    .description('what is allowed now and ends by itself, the first first')
    .option('--days <days>', 'how far ahead', '365')
    .option('--json', 'print JSON')
    .action(calendar)
}

async function mine({ json }: { json?: boolean }) {
  const client = await connectClient()
  const work = await client.get('/work', MyWork)
  if (json) return printJson(work)
  if (work.mine.length === 0)
    print(work.next ? `Nothing is waiting. Next to lapse: ${lineOf(work.next)}` : 'Nothing is waiting.')
  else print(table([['WHAT', 'DUE', 'MINUTES', 'WHERE'], ...work.mine.map((item) => row(item, client.url))]))
  if (work.others.length > 0) {
    print(`\n${styled('bold', 'Waiting for others because of you')}`)
    print(table([['WHAT', 'DUE', '', 'WHERE'], ...work.others.map((item) => row(item, client.url))]))
  }
  if (work.lapsing.length > 0) {
    print(`\n${styled('bold', 'Lapses within 90 days')}`)
    for (const renewal of work.lapsing) print(lineOf(renewal))
  }
}

const row = ({ title, due_at, minutes, link }: WorkItem, url: string) => [
  title,
  due_at?.slice(0, 10) ?? '',
  minutes === 0 ? '' : String(minutes),
  `${url}${link}`,
]

const lineOf = ({ due_at, model, version, environment, causes }: Renewal) =>
  `${due_at.slice(0, 10)}  ${model}@${version} in ${environment}: ${causes[0]?.title}`

async function calendar({ days, json }: { days: string; json?: boolean }) {
  const found = await (await connectClient()).get(`/work/calendar?${new URLSearchParams({ days })}`, Calendar)
  if (json) return printJson(found)
  if (found.renewals.length === 0) return print(`Nothing that is allowed now ends within ${days} days.`)
  const lines = found.renewals.map(({ due_at, model, version, environment, tier, running, causes }) => [
    due_at.slice(0, 10),
    `${model}@${version}`,
    environment,
    tier,
    running ? 'runs' : '',
    causes[0]?.title ?? '',
  ])
  print(table([['DUE', 'VERSION', 'ENVIRONMENT', 'TIER', '', 'WHAT ENDS'], ...lines]))
  if (!found.complete) print('More versions are in play than a calendar looks at.')
}
