import type { Command } from 'commander'
import { z } from 'zod'
import { NewToken, Permission, Token } from '../modules/access/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'
import { personId } from './people.ts'

const Tokens = z.object({ tokens: z.array(Token) })
type Json = { json?: boolean }

export function addTokens(program: Command) {
  const token = program.command('token').description('API tokens')
  token
    .command('create <name>')
    .description('make a token for yourself, or for a service account; the secret is printed once')
    .option('--scope <permissions...>', 'what it may do (default: everything its owner may)')
    .option('--days <days>', 'how long it lives', '90')
    .option('--for <login>', 'a service account')
    .option('--only-workspace <name>', 'bind it to one workspace: it opens no other')
    .option('--json', 'print JSON')
    .action(create)
  token
    .command('list')
    .description('your tokens, or all for an administrator')
    .option('--expiring <days>', 'only those that end within so many days')
    .option('--json', 'print JSON')
    .action(list)
  token
    .command('rotate <token>')
    .description('give a token, by id or name, a new secret, printed once; the old one counts a while longer')
    .option('--overlap <hours>', 'how long the old secret still counts', '24')
    .option('--json', 'print JSON')
    .action(rotate)
  token.command('revoke <token>').description('end a token, by id or name, at once').action(revoke)
}

type CreateOptions = Json & { scope?: string[]; days: string; for?: string; onlyWorkspace?: string }

async function create(name: string, options: CreateOptions) {
  const scopes = z
    .array(Permission)
    .nullable()
    .safeParse(options.scope ?? null)
  if (!scopes.success) throw new CliError(`permissions are ${Permission.options.join(', ')}`)
  const client = await connectClient()
  const made = await client.post('/tokens', NewToken, {
    name,
    scopes: scopes.data,
    expires_in_days: Number(options.days),
    ...(options.for ? { person: await personId(client, options.for) } : {}),
    ...(options.onlyWorkspace ? { workspace: options.onlyWorkspace } : {}),
  })
  show(made, options, `Shown once. Expires ${made.token.expires_at}.`)
}

async function list(options: Json & { expiring?: string }) {
  const client = await connectClient()
  const query = options.expiring === undefined ? '' : `?expiring_in_days=${encodeURIComponent(options.expiring)}`
  const { tokens } = await client.get(`/tokens${query}`, Tokens)
  if (options.json) return printJson(tokens)
  const now = new Date().toISOString()
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    token.scopes?.join(' ') ?? 'all',
    token.workspace ?? '',
    token.last_used_at ?? 'never',
    token.expires_at,
    token.revoked_at ? 'revoked' : token.expires_at <= now ? 'expired' : '',
  ])
  print(table([['TOKEN', 'NAME', 'MAY', 'WORKSPACE', 'LAST USED', 'ENDS', ''], ...rows]))
}

async function rotate(which: string, options: Json & { overlap: string }) {
  const client = await connectClient()
  const { id } = await find(client, which)
  const made = await client.post(`/tokens/${id}/rotate`, NewToken, { overlap_hours: Number(options.overlap) })
  const { previous_until, expires_at } = made.token
  show(made, options, `Shown once. The old secret counts until ${previous_until}; this one until ${expires_at}.`)
}

async function revoke(which: string) {
  const client = await connectClient()
  const token = await find(client, which)
  const reply = await client.raw('DELETE', `/tokens/${token.id}`)
  if (!reply.ok) throw new CliError(`the server answered ${reply.status}`)
  print(`Revoked ${token.name} (${token.id}).`)
}

/** A token in use, by its id or its name. */
async function find(client: Awaited<ReturnType<typeof connectClient>>, which: string): Promise<Token> {
  const { tokens } = await client.get('/tokens', Tokens)
  const found = tokens.filter((each) => each.revoked_at === null && (each.id === which || each.name === which))
  if (found.length > 1) throw new CliError(`${found.length} tokens are called ${which}: name one by its id`)
  const [token] = found
  if (!token) throw new CliError(`there is no token ${which} in use`)
  return token
}

function show(made: NewToken, options: Json, note: string) {
  if (options.json) return printJson(made)
  print(made.secret)
  process.stderr.write(`${note}\n`)
}
