import type { Command } from 'commander'
import { z } from 'zod'
import { WorkspaceInfo } from '../modules/workspaces/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

export function addWorkspaces(program: Command) {
  const workspace = program.command('workspace').description('workspaces: each with its own database, trail and files')
  workspace
    .command('list')
    .description('those you have a role in; for administrators of main, all')
    .option('--json', 'print JSON')
    .action(list)
  workspace
    .command('create <name>')
    .description('make a workspace and administer it')
    .option('--description <text>', 'what it is for')
    .option('--artifact-root <uri>', 'a direct store in which experiments get a folder each')
    .option('--json', 'print JSON')
    .action(create)
  workspace
    .command('update <name>')
    .description('describe a workspace, or say where new experiments keep their artifacts')
    .option('--description <text>', 'what it is for')
    .option(
      '--artifact-root <uri>',
      'a direct store in which experiments get a folder each; empty for the store of the server',
    )
    .action(update)
  workspace
    .command('archive <name>')
    .description('keep a workspace readable and let nobody change it')
    .requiredOption('--reason <text>', 'why; the trail keeps it')
    .action(archive)
  workspace.command('restore <name>').description('take an archived workspace into use again').action(restore)
  workspace
    .command('delete <name>')
    .description('delete a workspace that is empty, or an archived one with everything in it')
    .option('--confirm <name>', 'repeat the name of a workspace that holds something')
    .action(remove)
}

const pathOf = (name: string) => `/workspaces/${encodeURIComponent(name)}`

async function list(options: { json?: boolean }) {
  const client = await connectClient()
  const { workspaces } = await client.get('/workspaces', z.object({ workspaces: z.array(WorkspaceInfo) }))
  if (options.json) return printJson(workspaces)
  const rows = workspaces.map(({ name, state, administrators, description }) => [
    name,
    state,
    administrators.map((person) => person.name).join(', '),
    description ?? '',
  ])
  print(table([['NAME', 'STATE', 'ADMINISTRATORS', 'DESCRIPTION'], ...rows]))
}

type Change = { description?: string; artifactRoot?: string }

const changeOf = ({ description, artifactRoot }: Change) => ({
  ...(description === undefined ? {} : { description }),
  ...(artifactRoot === undefined ? {} : { artifact_root: artifactRoot }),
})

async function create(name: string, options: Change & { json?: boolean }) {
  const client = await connectClient()
  const made = await client.post('/workspaces', WorkspaceInfo, { name, ...changeOf(options) })
  if (options.json) printJson(made)
  else print(`Created ${made.name}. Commands act in it with --workspace ${made.name}.`)
}

async function update(name: string, change: Change) {
  const client = await connectClient()
  const { name: updated } = await client.request('PATCH', pathOf(name), WorkspaceInfo, changeOf(change))
  print(`Changed ${updated}.`)
}

async function archive(name: string, { reason }: { reason: string }) {
  const client = await connectClient()
  await client.post(`${pathOf(name)}/archive`, WorkspaceInfo, { reason })
  print(`Archived ${name}: it can be read, and nobody changes it.`)
}

async function restore(name: string) {
  const client = await connectClient()
  await client.post(`${pathOf(name)}/restore`, WorkspaceInfo)
  print(`${name} is in use again.`)
}

async function remove(name: string, { confirm }: { confirm?: string }) {
  const client = await connectClient()
  const query = confirm === undefined ? '' : `?confirm=${encodeURIComponent(confirm)}`
  const reply = await client.raw('DELETE', pathOf(name) + query)
  if (!reply.ok) {
    const problem = z.object({ detail: z.string() }).safeParse(await reply.json().catch(() => undefined))
    throw new CliError(problem.success ? problem.data.detail : `the server answered ${reply.status}`)
  }
  print(`Deleted ${name}.`)
}
