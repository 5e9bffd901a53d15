import { createInterface } from 'node:readline/promises'
import { ProtocolGuess, ProtocolVersion } from '../modules/evaluation/schema.ts'
import type { Client } from './client.ts'
import { CliError } from './exit.ts'
import { print, table } from './output.ts'

export function guessedProtocol(
  client: Client,
  model: string,
  dataset: string,
  version?: number,
): Promise<ProtocolGuess> {
  const path = `/models/${encodeURIComponent(model)}/protocol/guess`
  return client.post(path, ProtocolGuess, { dataset, ...(version === undefined ? {} : { version }) })
}

/** Each guess with its reason. */
export function showGuess({ protocol, reasons }: ProtocolGuess): void {
  const wordOf = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value))
  print(
    table([
      ['FIELD', 'GUESS', 'SURE', 'REASON'],
      ...reasons.map(({ field, value, sure, reason }) => [field, wordOf(value), sure, reason]),
    ]),
  )
  if (!protocol) print('No label could be told: write a protocol and set it with modelkeep protocol set.')
}

/** A model without a protocol is offered the guessed one, which a person confirms. */
export async function ensureProtocol(
  client: Client,
  model: string,
  { dataset, version, yes }: { dataset: string; version: number; yes: boolean },
): Promise<void> {
  const path = `/models/${encodeURIComponent(model)}/protocol`
  const known = await client.raw('GET', path)
  if (known.status !== 404) return
  const guessed = await guessedProtocol(client, model, dataset, version)
  showGuess(guessed)
  if (!guessed.protocol) throw new CliError(`${model} has no evaluation protocol`)
  if (!yes && !(await confirmed())) {
    throw new CliError(`${model} has no evaluation protocol; --yes takes the guessed one`)
  }
  const stored = await client.put(path, ProtocolVersion, guessed.protocol)
  print(`${model} is examined by protocol ${stored.version}, ${stored.digest}.`)
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(y|yes|)$/i.test((await lines.question('Examine by this protocol? [Y/n] ')).trim())
  } finally {
    lines.close()
  }
}
