import type { Command } from 'commander'
import { z } from 'zod'
import { canonicalJson } from '../lib/json.ts'
import { loadKeyAt, publicKeyBase64, sign } from '../lib/keys.ts'
import { enrolmentOf, PersonalKey, Session } from '../modules/access/schema.ts'
import { connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** Keys that people sign decisions with; the private half never leaves its file. */
export function addPersonalKeys(program: Command) {
  const key = program.command('key').description('keys of your own that you sign decisions with')
  key
    .command('enroll')
    .description('enrol a key as yours; it is made when the file is not there, and the private half stays in it')
    .requiredOption('--key <file>', 'file with the private key (PKCS #8 in PEM), which only you read')
    .option('--name <name>', 'what you call it', 'signing key')
    .option('--json', 'print JSON')
    .action(enroll)
  key.command('list').description('your keys').option('--json', 'print JSON').action(list)
  key.command('revoke <key>').description('revoke a key, by id or name: what it signed stays signed').action(revoke)
}

const Keys = z.object({ keys: z.array(PersonalKey) })

async function enroll({ key: file, name, json }: { key: string; name: string; json?: boolean }) {
  const client = await connectClient()
  const { person } = await client.get('/session', Session)
  const key = await loadKeyAt(file, { create: true })
  const proof = sign(key, Buffer.from(canonicalJson(enrolmentOf(person.id, key.keyId))))
  const made = await client.post('/account/keys', PersonalKey, {
    name,
    public_key: publicKeyBase64(key.publicKey),
    proof: Buffer.from(proof).toString('base64'),
  })
  if (json) return printJson(made)
  print(`Enrolled ${made.key_id} as yours (${made.id}). The private half is in ${file} and nowhere else.`)
}

async function list({ json }: { json?: boolean }) {
  const { keys } = await (await connectClient()).get('/account/keys', Keys)
  if (json) return printJson(keys)
  if (keys.length === 0) return print('You have no key: modelkeep key enroll --key FILE')
  const rows = keys.map(({ id, name, key_id, enrolled_at, revoked_at }) => [
    id,
    name,
    key_id,
    enrolled_at,
    revoked_at ? `revoked ${revoked_at}` : '',
  ])
  print(table([['KEY', 'NAME', 'KEY ID', 'ENROLLED', ''], ...rows]))
}

async function revoke(which: string) {
  const client = await connectClient()
  const { keys } = await client.get('/account/keys', Keys)
  const found = keys.filter(({ id, name, revoked_at }) => revoked_at === null && (id === which || name === which))
  const [key] = found
  if (!key || found.length > 1) throw new CliError(`${found.length} of your keys are called ${which}: give its id`)
  const reply = await client.raw('DELETE', `/account/keys/${key.id}`)
  if (!reply.ok) throw new CliError(`the key was not revoked: the server answered ${reply.status}`)
  print(`Revoked ${key.name} (${key.key_id}).`)
}
