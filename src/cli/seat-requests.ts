import type { Command } from 'commander'
import { z } from 'zod'
import { AuditorRequest, RequestSheet } from '../modules/auditor-requests/schema.ts'
import { connectClient } from './client.ts'
import { exitCodes } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, styled, table, wrapped } from './output.ts'
import { personId } from './people.ts'
import { objectNames } from './seat-objects.ts'

const about = 'a model, MODEL@VERSION, the id of a review, decision, verdict, finding, evidence or dataset, or event:N'

/** What auditors ask for: they ask, send back, settle and withdraw; hosts answer, decline and assign. */
export function addRequests(seat: Command) {
  seat
    .command('ask')
    .description('ask for something from your open seat')
    .requiredOption('--title <text>', 'what you ask for, in a line')
    .requiredOption('--text <text>', 'everything that whoever answers needs to know')
    .requiredOption('--due <date>', 'by when you need it')
    .option('--about <things...>', about)
    .option('--sample <file>', 'about the rows of a sample, as "seat sample --json" prints it')
    .option('--assignee <login>', 'who is to answer (default: the hosts)')
    .option('--seat <id>', 'the seat to ask from (default: the one that lasts longest)')
    .option('--json', 'print JSON')
    .action(ask)
  seat
    .command('requests')
    .description('requests that wait; exits 3 when one is overdue')
    .option('--all', 'those that ended, too')
    .option('--seat <id>', 'of one seat')
    .option('--json', 'print JSON')
    .action(list)
  seat
    .command('request <id>')
    .description('one request, with every round of it')
    .option('--json', 'print JSON')
    .action(show)
  seat
    .command('answer <id>')
    .description('answer a request, as a host or as whoever is asked')
    .requiredOption('--text <text>', 'the answer')
    .option('--about <things...>', about)
    .option('--json', 'print JSON')
    .action(answer)
  seat
    .command('return <id>')
    .description('send an answer back')
    .requiredOption('--text <text>', 'what is missing')
    .option('--due <date>', 'by when you need it')
    .option('--json', 'print JSON')
    .action((id: string, { text, due, json }: { text: string; due?: string; json?: boolean }) =>
      step(id, 'return', { text, ...(due === undefined ? {} : { due_at: momentOf(due) }) }, json),
    )
  seat
    .command('settle <id>')
    .description('close a request, satisfied with its answer')
    .option('--text <text>', 'a last word', '')
    .option('--json', 'print JSON')
    .action((id: string, { text, json }: { text: string; json?: boolean }) => step(id, 'close', { text }, json))
  for (const [word, description] of [
    ['decline', 'say why a request will not be answered'],
    ['withdraw', 'take a request back'],
  ] as const) {
    seat
      .command(`${word} <id>`)
      .description(description)
      .requiredOption('--reason <text>', 'why')
      .option('--json', 'print JSON')
      .action((id: string, { reason, json }: { reason: string; json?: boolean }) => step(id, word, { reason }, json))
  }
  seat
    .command('assign <id> [login]')
    .description('name who answers; without a login, the hosts')
    .option('--json', 'print JSON')
    .action(assign)
}

const pathOf = (id: string) => `/auditor/requests/${encodeURIComponent(id)}`

type AskOptions = {
  title: string
  text: string
  due: string
  about?: string[]
  sample?: string
  assignee?: string
  seat?: string
  json?: boolean
}

async function ask({ title, text, due, about, sample, assignee, seat, json }: AskOptions) {
  const client = await connectClient()
  const request = await client.post('/auditor/requests', AuditorRequest, {
    title,
    text,
    due_at: momentOf(due),
    objects: await objectNames(client, about ?? [], sample),
    ...(assignee === undefined ? {} : { assignee: await personId(client, assignee) }),
    ...(seat === undefined ? {} : { seat }),
  })
  if (json) printJson(request)
  else print(`Asked ${request.id}: ${client.url}/auditor?tab=requests&request=${request.id}`)
}

async function list({ all, seat, json }: { all?: boolean; seat?: string; json?: boolean }) {
  const query = new URLSearchParams({ state: all ? 'all' : 'open' })
  if (seat !== undefined) query.set('seat', seat)
  const client = await connectClient()
  const { requests } = await client.get(`/auditor/requests?${query}`, z.object({ requests: z.array(AuditorRequest) }))
  if (requests.some(({ overdue }) => overdue)) process.exitCode = exitCodes.denied
  if (json) return printJson(requests)
  if (requests.length === 0) return print('Nothing is asked.')
  const rows = requests.map((each) => [each.id, each.state, dueOf(each), onOf(each), each.title])
  print(table([['REQUEST', 'STATE', 'DUE', 'ABOUT', 'TITLE'], ...rows]))
}

const dueOf = ({ due_at, overdue }: AuditorRequest) => `${due_at.slice(0, 10)}${overdue ? ' overdue' : ''}`
const onOf = ({ objects }: AuditorRequest) =>
  objects.length > 1 ? `${objects.length} things` : (objects[0]?.label ?? '')

async function show(id: string, { json }: { json?: boolean }) {
  const sheet = await (await connectClient()).get(pathOf(id), RequestSheet)
  if (json) return printJson(sheet)
  const { request, entries, steps } = sheet
  print(`${styled('bold', request.title)}: ${request.state}, round ${request.round}, due ${dueOf(request)}`)
  for (const { kind, said_at, text, objects } of entries) {
    print(`\n${said_at}  ${styled('bold', kind)}`)
    if (text !== '') print(`  ${wrapped(text, 2)}`)
    for (const { thing, label } of objects) print(`  - ${label}  ${thing}`)
  }
  if (steps.length > 0) print(`\nYou may: ${steps.map((each) => (each === 'close' ? 'settle' : each)).join(', ')}.`)
}

async function answer(id: string, { text, about, json }: { text: string; about?: string[]; json?: boolean }) {
  const objects = await objectNames(await connectClient(), about ?? [])
  await step(id, 'answers', { text, objects }, json)
}

async function assign(id: string, login: string | undefined, { json }: { json?: boolean }) {
  const client = await connectClient()
  const assignee = login === undefined ? null : await personId(client, login)
  const sheet = await client.put(`${pathOf(id)}/assignee`, RequestSheet, { assignee })
  if (json) printJson(sheet)
  else print(`${login ?? 'Whoever hosts the audit'} is to answer ${id}.`)
}

async function step(id: string, word: string, body: object, json: boolean | undefined) {
  const sheet = await (await connectClient()).post(`${pathOf(id)}/${word}`, RequestSheet, body)
  if (json) printJson(sheet)
  else print(`${id} is ${sheet.request.state}.`)
}
