import type { Command } from 'commander'
import { z } from 'zod'
import { Person } from '../modules/access/schema.ts'
import { Alarm, Assignment, Duty, dutyNames, Handover, Load, Matrix } from '../modules/duties/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { momentOf } from './moments.ts'
import { print, printJson, table } from './output.ts'
import { personId } from './people.ts'

/** Who answers for what. */
export function addDuties(program: Command) {
  const duty = program.command('duty').description('who answers for what, who stands in, and what nobody answers for')
  duty
    .command('list')
    .description('models, or AI systems, against duties')
    .option('--systems', 'AI systems instead of models')
    .option('--model <text>', 'only models whose name has this')
    .option('--system <text>', 'only AI systems whose name has this')
    .option('--json', 'print JSON')
    .action(list)
  duty.command('mine').description('your own duties, and what waits for your answer').action(mine)
  duty.command('load').description('how much each person answers for').action(load)
  duty.command('alarms').description('duties that nobody answers for; exits 3 when there are any').action(alarms)
  duty
    .command('propose <login> <duty>')
    .description(`ask somebody to answer for a model or an AI system: ${Duty.options.join(', ')}`)
    .option('--model <model>', 'the model')
    .option('--system <system>', 'the AI system')
    .option('--reason <text>', 'why', '')
    .action(propose)
  duty
    .command('accept <id>')
    .description('accept a duty that was proposed to you')
    .action((id: string) => answer(id, { answer: 'accept' }))
  duty
    .command('decline <id>')
    .description('decline a duty that was proposed to you')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, { reason }: { reason: string }) => answer(id, { answer: 'decline', reason }))
  duty.command('end <id>').description('end a duty').requiredOption('--reason <text>', 'why').action(end)
  duty
    .command('deputy <id> <login>')
    .description('appoint somebody who stands in for a while')
    .requiredOption('--until <moment>', 'a date, or an ISO-8601 moment')
    .option('--from <moment>', 'when it begins (default: now)')
    .option('--reason <text>', 'why', '')
    .action(deputy)
  duty
    .command('handover <from> <to>')
    .description('propose every duty of one person to another')
    .requiredOption('--reason <text>', 'why')
    .option('--model <models...>', 'only on these models')
    .option('--system <systems...>', 'only on these AI systems')
    .action(handover)
}

const marks = { accepted: '●', proposed: '○', gap: '□', conflicted: '▲', orphaned: '◆' } as const

async function logins(client: Client): Promise<(id: string) => string> {
  const { people } = await client.get('/people', z.object({ people: z.array(Person) }))
  const known = new Map<string, string>(people.map(({ id, login }) => [id, login]))
  return (id) => known.get(id) ?? id
}

type ListOptions = { model?: string; system?: string; systems?: boolean; json?: boolean }

async function list({ model, system, systems = false, json }: ListOptions) {
  const client = await connectClient()
  const loginOf = await logins(client)
  const rows: Matrix['rows'] = []
  const type = systems || system !== undefined ? 'system' : 'model'
  const text = type === 'system' ? system : model
  const search = `&type=${type}${text === undefined ? '' : `&search=${encodeURIComponent(text)}`}`
  for (let after: string | null = ''; after !== null; ) {
    const page: Matrix = await client.get(`/duties?limit=200&after=${encodeURIComponent(after)}${search}`, Matrix)
    rows.push(...page.rows)
    after = page.next
  }
  if (json) return printJson(rows)
  const lines = rows.map((row) => [
    row.subject.name,
    ...row.cells.map(({ state, assignments }) =>
      [marks[state], assignments[0] ? loginOf(assignments[0].person) : 'nobody'].join(' '),
    ),
  ])
  print(table([[type.toUpperCase(), ...Duty.options.map((each) => dutyNames[each].toUpperCase())], ...lines]))
  print(
    `\n${Object.entries(marks)
      .map(([state, mark]) => `${mark} ${state}`)
      .join('   ')}`,
  )
}

async function mine() {
  const path = '/assignments?person=me'
  const { assignments } = await (await connectClient()).get(path, z.object({ assignments: z.array(Assignment) }))
  const open = assignments.filter(({ state }) => state === 'proposed' || state === 'accepted')
  if (open.length === 0) return print('You answer for nothing.')
  const rows = open.map(({ id, subject, duty, state, reason }) => [id, subject.name, dutyNames[duty], state, reason])
  print(table([['ASSIGNMENT', 'OF', 'DUTY', '', 'REASON'], ...rows]))
}

async function load() {
  const client = await connectClient()
  const loginOf = await logins(client)
  const { load } = await client.get('/duties/load', z.object({ load: z.array(Load) }))
  const rows = load.map(({ person, accepted, proposed, deputy, models, systems }) => [
    loginOf(person),
    ...[accepted, proposed, deputy, models, systems].map(String),
  ])
  print(table([['LOGIN', 'ACCEPTED', 'PROPOSED', 'STANDS IN', 'MODELS', 'SYSTEMS'], ...rows]))
}

async function alarms() {
  const client = await connectClient()
  const loginOf = await logins(client)
  const { alarms } = await client.get('/duties/alarms', z.object({ alarms: z.array(Alarm) }))
  if (alarms.length === 0) return print('Somebody answers for everything that was asked.')
  const rows = alarms.map(({ assignment, kind, raised_at }) => [
    assignment.subject.name,
    dutyNames[assignment.duty],
    loginOf(assignment.person),
    kind,
    raised_at,
  ])
  print(table([['OF', 'DUTY', 'LOGIN', 'WHY', 'SINCE'], ...rows]))
  process.exitCode = 3
}

type ProposeOptions = { model?: string; system?: string; reason: string }

async function propose(login: string, text: string, { model, system, reason }: ProposeOptions) {
  if ((model === undefined) === (system === undefined)) throw new CliError('give --model or --system, and one of them')
  const duty = Duty.safeParse(text.replaceAll('-', '_'))
  if (!duty.success) throw new CliError(`duties are ${Duty.options.join(', ')}`)
  const client = await connectClient()
  const subject = model === undefined ? { system } : { model }
  const body = { ...subject, duty: duty.data, person: await personId(client, login), reason }
  const { id } = await client.post('/assignments', Assignment, body)
  print(`Asked ${login} to be ${dutyNames[duty.data]} of ${model ?? system} (${id}).`)
}

async function answer(id: string, body: { answer: string; reason?: string }) {
  const made = await (await connectClient()).post(`/assignments/${encodeURIComponent(id)}/answer`, Assignment, body)
  print(`You ${made.state} to be ${dutyNames[made.duty]} of ${made.subject.name}.`)
}

async function end(id: string, { reason }: { reason: string }) {
  const made = await (await connectClient()).post(`/assignments/${encodeURIComponent(id)}/end`, Assignment, { reason })
  print(`Ended: ${dutyNames[made.duty]} of ${made.subject.name}.`)
}

async function deputy(id: string, login: string, options: { until: string; from?: string; reason: string }) {
  const client = await connectClient()
  const body = {
    person: await personId(client, login),
    ends_at: momentOf(options.until),
    ...(options.from === undefined ? {} : { starts_at: new Date(options.from).toISOString() }),
    reason: options.reason,
  }
  const made = await client.post(`/assignments/${encodeURIComponent(id)}/deputies`, Assignment, body)
  print(`${login} stands in as ${dutyNames[made.duty]} of ${made.subject.name} until ${body.ends_at}.`)
}

type HandoverOptions = { reason: string; model?: string[]; system?: string[] }

async function handover(from: string, to: string, { reason, model, system }: HandoverOptions) {
  const client = await connectClient()
  const { proposed, skipped } = await client.post('/duties/handover', Handover, {
    from: await personId(client, from),
    to: await personId(client, to),
    reason,
    ...(model === undefined ? {} : { models: model }),
    ...(system === undefined ? {} : { systems: system }),
  })
  for (const { subject, duty } of proposed) print(`Proposed to ${to}: ${dutyNames[duty]} of ${subject.name}.`)
  for (const each of skipped) print(`Not proposed: ${dutyNames[each.duty]} of ${each.subject.name}, ${each.reason}.`)
  if (proposed.length + skipped.length === 0) print(`${from} holds no duties.`)
  if (skipped.length > 0) process.exitCode = 3
}
