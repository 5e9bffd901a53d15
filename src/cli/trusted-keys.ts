import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fromBase64 } from '../lib/base64.ts'
import { keyIdOf, parsePublicKey } from '../lib/keys.ts'
import { passkeyIdOf, publicKeyOf } from '../lib/passkey-signature.ts'
import { formatVerifierKey, noteKeyId, parseVerifierKey } from '../lib/signed-note.ts'
import { CliError } from './exit.ts'
import { readSettings } from './settings.ts'

/** The server keys that signatures are checked with: from a file, or those that `modelkeep login` remembered. */
export async function signingKeys(file: string | undefined): Promise<Uint8Array[]> {
  const texts = file === undefined ? await remembered() : [await readText(file)]
  return texts.map((text) => {
    const key = parsePublicKey(text)
    if (!key) throw new CliError(`${file ?? 'a remembered key'} is not an Ed25519 public key in PEM`)
    return key
  })
}

/** What a key of a person is called in what it signed: an Ed25519 key as a key of their own, and any kind as a passkey. */
export async function personKeyIds(file: string): Promise<string[]> {
  const base64 = (await readText(file)).replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s/g, '')
  const spki = fromBase64(base64)
  if (!spki || !publicKeyOf(spki))
    throw new CliError(`${file} is not a public key in PEM that a person could sign with`)
  const ed25519 = parsePublicKey(base64)
  return [passkeyIdOf(spki), ...(ed25519 ? [keyIdOf(ed25519)] : [])]
}

/**
 * The verifier key of a trail (C2SP form): the given one, or of those that `modelkeep login` remembered the one that the
 * file names. Each log signs under a name of its own, so a file that names none of them is checked with the first, and fails.
 */
export async function trailKey(given: string | undefined, file: string): Promise<string | undefined> {
  if (given !== undefined) return given.includes('+') ? given : (await readText(given)).trim()
  const { keys, workspace } = await readSettings()
  const remembered = keys.flatMap((key) => (key.use === 'log' && key.verifier ? [key.verifier] : []))
  const pinned = workspace ? [...remembered.map((key) => ofLog(key, workspace)), ...remembered] : remembered
  const header = await firstLine(file)
  return pinned.find((key) => header.includes(JSON.stringify(key))) ?? pinned[0]
}

/** The verifier key of the workspace's log that `modelkeep login` remembered. */
export async function logVerifier(url: string): Promise<string> {
  const { keys, workspace } = await readSettings()
  const key = keys.find(({ use }) => use === 'log')?.verifier
  if (!key) throw new CliError(`no key of the log is remembered: run modelkeep login ${url} once`)
  return workspace ? ofLog(key, workspace) : key
}

/** The logs of one server sign with one key, each under a name that ends with that of its workspace. */
function ofLog(verifier: string, workspace: string): string {
  const key = parseVerifierKey(verifier)
  if (!key) return verifier
  const name = key.name.replace(/[^/]*$/, workspace)
  return formatVerifierKey({ name, id: noteKeyId(name, key.publicKey), publicKey: key.publicKey })
}

async function firstLine(file: string): Promise<string> {
  for await (const line of createInterface({ input: createReadStream(file, { end: 4096 }) })) return line
  return ''
}

async function remembered(): Promise<string[]> {
  const { keys } = await readSettings()
  const texts = keys.filter((key) => key.use === 'signing').map((key) => key.public_key_pem)
  if (texts.length === 0) throw new CliError('no key to verify with: give --key FILE, or run modelkeep login URL once')
  return texts
}

function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read`)
  })
}
