import type { Command } from 'commander'
import { z } from 'zod'
import { Role, RoleName } from '../modules/access/schema.ts'
import { Identity, SecondFactorRule } from '../modules/signin/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson } from './output.ts'
import { personId } from './people.ts'

const Identities = z.object({ identities: z.array(Identity) })

/** How people sign in: second factors, and who they are at a provider. */
export function addSecondFactors(program: Command) {
  const person = program.commands.find((each) => each.name() === 'person') ?? program.command('person')
  person
    .command('reset-second-factor <login>')
    .description('take away the second factor of somebody who lost it, and end their sessions')
    .action(reset)
  person
    .command('link <login>')
    .description('let somebody of a provider into an account')
    .requiredOption('--provider <id>', 'the provider, as the configuration calls it')
    .requiredOption('--subject <subject>', 'who they are there; the page that refused them names it')
    .action(link)
  person
    .command('unlink <login>')
    .description('part an account from somebody of a provider')
    .requiredOption('--subject <subject>', 'who they are there')
    .action(unlink)

  const rule = program.command('second-factor').description('who must have a second factor')
  rule.command('show').description('the rule of the workspace').option('--json', 'print JSON').action(show)
  rule
    .command('require')
    .description('ask for a second factor, from the next sign-in on; without options, ask nobody')
    .option('--everyone', 'of everyone in the workspace; in main, of every account')
    .option('--role <roles...>', `of people with a role: ${Role.options.join(', ')}`, [])
    .action(require)
}

async function refuse(reply: Response) {
  if (reply.ok) return
  const problem = z.object({ detail: z.string() }).safeParse(await reply.json().catch(() => undefined))
  throw new CliError(problem.success ? problem.data.detail : `the server answered ${reply.status}`)
}

async function reset(login: string) {
  const client = await connectClient()
  await refuse(await client.raw('DELETE', `/people/${await personId(client, login)}/second-factor`))
  print(`${login} signs in with the password alone, and adds a second factor again under Account.`)
}

async function link(login: string, options: { provider: string; subject: string }) {
  const client = await connectClient()
  await client.post(`/people/${await personId(client, login)}/identities`, Identities, options)
  print(`${options.subject} of ${options.provider} signs in as ${login}.`)
}

async function unlink(login: string, { subject }: { subject: string }) {
  const client = await connectClient()
  const path = `/people/${await personId(client, login)}/identities`
  const found = (await identities(client, path)).find((each) => each.subject === subject)
  if (!found) throw new CliError(`${login} is not linked to ${subject}`)
  await refuse(await client.raw('DELETE', `${path}?${new URLSearchParams({ issuer: found.issuer, subject })}`))
  print(`${subject} no longer signs in as ${login}.`)
}

const identities = async (client: Client, path: string) => (await client.get(path, Identities)).identities

async function show(options: { json?: boolean }) {
  const client = await connectClient()
  const rule = await client.get('/second-factor-rule', SecondFactorRule)
  if (options.json) printJson(rule)
  else print(sentence(rule))
}

async function require(options: { everyone?: boolean; role: string[] }) {
  const roles = z.array(RoleName).safeParse(options.role)
  if (!roles.success) throw new CliError(`roles are ${Role.options.join(', ')}, or those that the workspace defined`)
  const client = await connectClient()
  const wanted = { everyone: options.everyone === true, roles: roles.data }
  print(sentence(await client.put('/second-factor-rule', SecondFactorRule, wanted)))
}

function sentence({ everyone, roles }: SecondFactorRule): string {
  if (everyone) return 'Everyone needs a second factor.'
  return roles.length === 0 ? 'Nobody needs a second factor.' : `People with these roles need one: ${roles.join(', ')}.`
}
