import type { Command } from 'commander'
import { z } from 'zod'
import { Account, Person, Role, RoleName } from '../modules/access/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

export function addPeople(program: Command) {
  const person = program.command('person').description('accounts and roles')
  person.command('list').description('everyone with an account').action(list)
  person
    .command('add <login>')
    .description('create an account')
    .requiredOption('--name <name>', 'the person’s name')
    .option('--role <roles...>', `roles: ${Role.options.join(', ')}, or one that the workspace has defined`, [])
    .option('--model <model>', 'hold the roles on this model only')
    .option('--password-stdin', 'read the first password from standard input')
    .option('--service', 'a service account, which has tokens and no password')
    .option('--json', 'print JSON')
    .action(add)

  person
    .command('disable <login>')
    .description('disable an account and end its sessions; refused while it holds duties')
    .option('--leave-duties', 'leave its duties: each raises an alarm')
    .action(disable)

  person
    .command('enable <login>')
    .description('open a disabled account again, with its roles and without the tokens that it had')
    .action(enable)
}

const People = z.object({ people: z.array(Person) })

async function list() {
  const client = await connectClient()
  const { people } = await client.get('/people', People)
  const rows = people.map((person) => [
    person.login,
    person.name,
    person.grants.map((grant) => (grant.model ? `${grant.role} of ${grant.model}` : grant.role)).join(', '),
    person.disabled_at ? 'disabled' : '',
  ])
  print(table([['LOGIN', 'NAME', 'ROLES', ''], ...rows]))
}

type AddOptions = {
  name: string
  role: string[]
  model?: string
  passwordStdin?: boolean
  service?: boolean
  json?: boolean
}

async function add(login: string, options: AddOptions) {
  const roles = z.array(RoleName).safeParse(options.role)
  if (!roles.success) throw new CliError(`roles are ${Role.options.join(', ')}`)
  const client = await connectClient()
  const person = await client.post('/people', Person, {
    login,
    name: options.name,
    kind: options.service ? 'service' : 'person',
    grants: roles.data.map((role) => ({ role, model: options.model ?? null })),
    ...(options.passwordStdin ? { password: (await readStdin()).trim() } : {}),
  })
  if (options.json) printJson(person)
  else print(`Created ${person.login} (${person.id}).`)
}

async function disable(login: string, { leaveDuties = false }: { leaveDuties?: boolean }) {
  const client = await connectClient()
  const id = await personId(client, login)
  await client.post(`/people/${id}/disable`, Person, { leave_duties: leaveDuties })
  print(`Disabled ${login}.`)
}

async function enable(login: string) {
  const client = await connectClient()
  await client.post(`/people/${await personId(client, login)}/enable`, Person)
  print(`Opened ${login} again. Its tokens from before are revoked.`)
}

/** The account that a login names: one of this workspace, or one that is let in now. */
export async function personId(client: Client, login: string) {
  const { people } = await client.get('/people', People)
  const known = people.find((candidate) => candidate.login === login)
  if (known) return known.id
  const { person } = await client.get(`/people/lookup?login=${encodeURIComponent(login)}`, Found)
  if (!person) throw new CliError(`there is no account ${login}`)
  return person.id
}

const Found = z.object({ person: Account.nullable() })

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
