import type { Command } from 'commander'
import { z } from 'zod'
import { Seat } from '../modules/access/schema.ts'
import { SeatRead } from '../modules/auditors/schema.ts'
import { connectClient } from './client.ts'
import { momentOf } from './moments.ts'
import { print, printJson, table } from './output.ts'
import { personId } from './people.ts'
import { addRequests } from './seat-requests.ts'
import { addSample } from './seat-sample.ts'

/** Seats for auditors: read-only, in a scope, until a moment. */
export function addSeats(program: Command) {
  const seat = program
    .command('seat')
    .description('auditors’ seats: read-only, scoped, and ending by themselves; and what auditors ask for')
  seat
    .command('open <login>')
    .description('open a seat for somebody who holds no role that changes something')
    .requiredOption(
      '--until <moment>',
      'when it ends: a date, which means its last second in UTC, or an ISO-8601 moment',
    )
    .requiredOption('--reason <text>', 'what is audited')
    .option('--model <models...>', 'only these models (default: the whole workspace)')
    .option('--json', 'print JSON')
    .action(open)
  seat.command('list').description('every seat, those that ended too').option('--json', 'print JSON').action(list)
  seat
    .command('close <id>')
    .description('close a seat before its time')
    .requiredOption('--reason <text>', 'why')
    .action(close)
  seat.command('reads <id>').description('what was read from a seat').option('--json', 'print JSON').action(reads)
  addSample(seat)
  addRequests(seat)
}

type OpenOptions = { until: string; reason: string; model?: string[]; json?: boolean }

async function open(login: string, { until, reason, model, json }: OpenOptions) {
  const client = await connectClient()
  const body = { person: await personId(client, login), models: model ?? null, reason, ends_at: momentOf(until) }
  const seat = await client.post('/seats', Seat, body)
  if (json) return printJson(seat)
  print(`Opened ${seat.id} for ${login} until ${seat.ends_at}: ${seat.models?.join(', ') ?? 'the whole workspace'}.`)
}

async function list({ json }: { json?: boolean }) {
  const { seats } = await (await connectClient()).get('/seats', z.object({ seats: z.array(Seat) }))
  if (json) return printJson(seats)
  const rows = seats.map(({ id, person, models, ends_at, closed_at }) => [
    id,
    person,
    models?.join(' ') ?? 'everything',
    closed_at ? `closed ${closed_at}` : `until ${ends_at}`,
  ])
  print(table([['SEAT', 'PERSON', 'SCOPE', ''], ...rows]))
}

async function close(id: string, { reason }: { reason: string }) {
  await (await connectClient()).post(`/seats/${encodeURIComponent(id)}/close`, Seat, { reason })
  print(`Closed ${id}.`)
}

async function reads(id: string, { json }: { json?: boolean }) {
  const path = `/seats/${encodeURIComponent(id)}/reads?limit=500`
  const { reads } = await (await connectClient()).get(path, z.object({ reads: z.array(SeatRead) }))
  if (json) return printJson(reads)
  print(table([['AT', '', '', ''], ...reads.map(({ at, method, status, path }) => [at, String(status), method, path])]))
}
