import type { Command } from 'commander'
import { openCheckpoint } from '../lib/checkpoint.ts'
import { sameHash, verifyConsistency, verifyInclusion } from '../lib/merkle-proof.ts'
import { parseVerifierKey } from '../lib/signed-note.ts'
import { EventPage, Proof } from '../modules/audit/schema.ts'
import { type Client, connectClient } from './client.ts'
import { CliError } from './exit.ts'
import { print, styled } from './output.ts'
import { logVerifier } from './trusted-keys.ts'

export function addProofs(audit: Command) {
  audit
    .command('include <index>')
    .description('prove that one event is part of what the newest checkpoint signs, and verify the proof here')
    .action(include)
  audit
    .command('extend <from> [to]')
    .description('prove that the trail of an earlier size was only added to, and verify the proof here')
    .action(extend)
}

async function include(text: string) {
  const client = await connectClient()
  const index = wholeNumber(text)
  const { events } = await client.get(`/audit/events?before=${index + 1}&limit=1`, EventPage)
  const [event] = events
  if (event?.index !== index) throw new CliError(`there is no event ${index}`)
  const proof = await client.get(`/audit/proofs/inclusion?index=${index}`, Proof)
  const root = await signedRoot(client, proof)
  const holds = verifyInclusion({
    index,
    size: proof.size,
    leaf: bytes(event.leaf),
    proof: proof.hashes.map(bytes),
    root,
  })
  if (!holds) throw new CliError(`the proof that event ${index} is in the trail does not hold`)
  print(
    `${styled('green', 'Included')}: event ${index}, ${event.action} at ${event.at}, is one of ${proof.size} signed events.`,
  )
  print(`Leaf ${event.leaf}, root ${proof.root}, ${proof.hashes.length} hashes.`)
}

async function extend(fromText: string, toText?: string) {
  const client = await connectClient()
  const from = wholeNumber(fromText)
  const head = await client.get('/audit/checkpoint', Proof.pick({ size: true }))
  const to = toText === undefined ? head.size : wholeNumber(toText)
  const proof = await client.get(`/audit/proofs/consistency?from=${from}&to=${to}`, Proof)
  const before = await client.get(`/audit/proofs/consistency?from=0&to=${from}`, Proof)
  const holds = verifyConsistency({
    oldSize: from,
    newSize: to,
    oldRoot: bytes(before.root),
    newRoot: to === head.size ? await signedRoot(client, proof) : bytes(proof.root),
    proof: proof.hashes.map(bytes),
  })
  if (!holds) throw new CliError(`the proof that ${from} events grew to ${to} does not hold`)
  print(`${styled('green', 'Consistent')}: the trail of ${from} events is the beginning of that of ${to}.`)
  print(`Root then ${before.root}, root now ${proof.root}, ${proof.hashes.length} hashes.`)
}

/** The root that the proof's checkpoint signs, under a key that this machine trusts. */
async function signedRoot(client: Client, { checkpoint, size, root }: Proof): Promise<Uint8Array> {
  const key = parseVerifierKey(await logVerifier(client.url))
  if (!key) throw new CliError('the remembered key of the log cannot be read; run modelkeep login again')
  const opened = openCheckpoint(checkpoint, [key])
  if (opened.outcome !== 'verified') throw new CliError(`the checkpoint is not signed by the log: ${opened.message}`)
  if (opened.checkpoint.size !== size || !sameHash(opened.checkpoint.root, bytes(root))) {
    throw new CliError('the checkpoint signs another tree than the proof is about')
  }
  return opened.checkpoint.root
}

function wholeNumber(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new CliError(`"${text}" is not a whole number`)
  return Number(text)
}

const bytes = (hex: string) => Buffer.from(hex, 'hex')
