import type { Command } from 'commander'
import { z } from 'zod'
import { Hold, HoldSubject } from '../modules/retention/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** Holds, such as those that lawyers ask for. */
export function addHolds(program: Command) {
  const hold = program.command('hold').description('keep things from being removed for good, until the hold is lifted')
  hold
    .command('list')
    .description('the holds that stand')
    .option('--all', 'those that were lifted, too')
    .option('--json', 'print JSON')
    .action(list)
  hold
    .command('place <kind> <id>')
    .description(`keep something: ${HoldSubject.options.join(', ')}; a model by its name`)
    .requiredOption('--reason <reason>', 'why; the trail keeps it')
    .action(place)
  hold
    .command('lift <hold>')
    .description('lift a hold')
    .requiredOption('--reason <reason>', 'why; the trail keeps it')
    .action(lift)
}

async function list({ all, json }: { all?: boolean; json?: boolean }) {
  const client = await connectClient()
  const { holds } = await client.get(`/holds${all ? '?lifted=true' : ''}`, z.object({ holds: z.array(Hold) }))
  if (json) return printJson(holds)
  if (holds.length === 0) return print('There is no hold.')
  const rows = holds.map((hold) => [hold.id, hold.kind, hold.name, hold.placed_at, hold.lifted_at ?? '', hold.reason])
  print(table([['HOLD', 'ON', 'NAME', 'SINCE', 'LIFTED', 'REASON'], ...rows]))
}

async function place(kind: string, id: string, { reason }: { reason: string }) {
  const subject = HoldSubject.safeParse(kind)
  if (!subject.success) throw new CliError(`a hold is on one of ${HoldSubject.options.join(', ')}`)
  const client = await connectClient()
  const hold = await client.post('/holds', Hold, { kind: subject.data, id, reason })
  print(`${hold.id} keeps ${hold.kind.replace('_', ' ')} ${hold.name}.`)
}

async function lift(id: string, { reason }: { reason: string }) {
  const client = await connectClient()
  const hold = await client.post(`/holds/${encodeURIComponent(id)}/lift`, Hold, { reason })
  print(`${hold.kind.replace('_', ' ')} ${hold.name} is no longer held by ${hold.id}.`)
}
