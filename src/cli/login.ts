import type { Command } from 'commander'
import { z } from 'zod'
import { Session } from '../modules/access/schema.ts'
import { createClient } from './client.ts'
import { CliError } from './exit.ts'
import { print } from './output.ts'
import { readSettings, writeSettings } from './settings.ts'

const Keys = z.object({
  keys: z.array(
    z.object({ use: z.enum(['signing', 'log']), public_key_pem: z.string(), verifier: z.string().optional() }),
  ),
})

export function addLogin(program: Command) {
  program
    .command('login <url>')
    .description(
      'remember a server, a token, a workspace, and the server’s public keys, which later verifications trust',
    )
    .option('--token <token>', 'a personal or service token (default: MODELKEEP_TOKEN)')
    .action(async (url: string, options: { token?: string }) => {
      const token = options.token ?? process.env.MODELKEEP_TOKEN
      if (!token)
        throw new CliError('give a token with --token or MODELKEEP_TOKEN; people make theirs under People, Tokens')
      const workspace = process.env.MODELKEEP_WORKSPACE
      const client = createClient(url, token, workspace)
      const session = await client.get('/session', Session)
      const { keys } = await client.get('/keys', Keys)
      const path = await writeSettings({ url, token, keys, ...(workspace ? { workspace } : {}) })
      const place = workspace ? ` in the workspace ${session.workspace}` : ''
      print(`Signed in at ${url}${place} as ${session.person.name}; remembered in ${path}.`)
    })

  program
    .command('keys')
    .description('print the public keys that verifications trust')
    .action(async () => {
      const { keys } = await readSettings()
      if (keys.length === 0) throw new CliError('no keys are remembered: run modelkeep login URL')
      for (const key of keys) print(`# ${key.use}\n${key.public_key_pem}${key.verifier ? `# ${key.verifier}\n` : ''}`)
    })
}
