import type { Command } from 'commander'
import { z } from 'zod'
import { Permission, RoleDefinition } from '../modules/access/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** Roles that the workspace defines, beside the built-in ones. */
export function addRoles(program: Command) {
  const role = program.command('role').description('roles: named sets of permissions')
  role.command('list').description('every role with what it permits').option('--json', 'print JSON').action(list)
  role
    .command('define <name>')
    .description('define a role; nobody defines one that may more than they do')
    .requiredOption('--permission <permissions...>', 'what it permits')
    .option('--description <text>', 'what it is for', '')
    .action(define)
  role
    .command('change <name>')
    .description('change what a role permits, at once for everyone who holds it')
    .requiredOption('--permission <permissions...>', 'what it permits from now on')
    .option('--description <text>', 'what it is for (default: as it was)')
    .action(change)
  role.command('remove <name>').description('remove a role that nobody holds').action(remove)
}

const Roles = z.object({ roles: z.array(RoleDefinition) })

async function list({ json }: { json?: boolean }) {
  const { roles } = await (await connectClient()).get('/roles', Roles)
  if (json) return printJson(roles)
  const rows = roles.map(({ name, built_in, version, holders, permissions }) => [
    name,
    built_in ? 'built in' : `version ${version}`,
    String(holders),
    permissions.length === Permission.options.length ? 'everything' : permissions.join(' '),
  ])
  print(table([['ROLE', '', 'HELD BY', 'PERMITS'], ...rows]))
}

function permissionsIn(texts: readonly string[]): Permission[] {
  const read = z.array(Permission).safeParse(texts)
  if (!read.success) throw new CliError(`permissions are ${Permission.options.join(', ')}`)
  return read.data
}

async function define(name: string, options: { permission: string[]; description: string }) {
  const body = { name, description: options.description, permissions: permissionsIn(options.permission) }
  const made = await (await connectClient()).post('/roles', RoleDefinition, body)
  print(`Defined ${made.name}: ${made.permissions.join(', ')}.`)
}

async function change(name: string, options: { permission: string[]; description?: string }) {
  const client = await connectClient()
  const before = (await client.get('/roles', Roles)).roles.find((role) => role.name === name)
  if (!before) throw new CliError(`there is no role ${name}`)
  const body = {
    description: options.description ?? before.description,
    permissions: permissionsIn(options.permission),
    version: before.version,
  }
  const made = await client.put(`/roles/${encodeURIComponent(name)}`, RoleDefinition, body)
  print(`${made.name} is at version ${made.version}: ${made.permissions.join(', ')}. Held by ${made.holders}.`)
}

async function remove(name: string) {
  await (await connectClient()).request('DELETE', `/roles/${encodeURIComponent(name)}`, z.undefined())
  print(`Removed ${name}.`)
}
