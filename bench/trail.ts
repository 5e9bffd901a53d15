import { hash } from 'node:crypto'
import { signCheckpoint } from '../src/lib/checkpoint.ts'
import { canonicalJson } from '../src/lib/json.ts'
import { createKey } from '../src/lib/keys.ts'
import { leafHash, rootOfLeaves } from '../src/lib/merkle.ts'
import { formatVerifierKey, verifierKeyOf } from '../src/lib/signed-note.ts'
import { checkpointLine, eventLine, headerLine } from '../src/lib/trail-file.ts'
import { verifyTrail } from '../src/lib/trail-verify.ts'
import { type Measurement, median } from './measurement.ts'

const size = 1_000_000
const rounds = 3

/** Verifying an exported trail of a million events, against hashing each event once. Seconds. */
export async function measureTrail(): Promise<Measurement[]> {
  const signer = { name: 'bench/trail', key: createKey('bench') }
  const key = formatVerifierKey(verifierKeyOf(signer))
  const events = Array.from({ length: size }, (_, index) => Buffer.from(canonicalJson(eventAt(index))))
  const leaves = Buffer.concat(events.map((event) => leafHash(event)))
  const root = rootOfLeaves(leaves)
  const file = Buffer.concat([
    Buffer.from(headerLine({ origin: signer.name, key, size })),
    ...events.map((event, index) =>
      Buffer.from(eventLine(index, { event: event.toString(), leaf: leaves.subarray(index * 32, index * 32 + 32) })),
    ),
    Buffer.from(checkpointLine(signCheckpoint({ origin: signer.name, size, root }, [signer]))),
  ])

  const ours: number[] = []
  const reference: number[] = []
  for (let round = 0; round < rounds; round++) {
    reference.push(
      await timed(async () => {
        for (const event of events) hash('sha256', event, 'buffer')
      }),
    )
    ours.push(
      await timed(async () => {
        const result = await verifyTrail(chunksOf(file), { key })
        if (result.outcome !== 'intact') throw new Error('the trail should verify')
      }),
    )
  }
  const mine = median(ours)
  const theirs = median(reference)
  return [
    {
      work: 'verify the trail, 1 M events',
      against: 'SHA-256 of each event, one call an event',
      ours: mine,
      reference: theirs,
      ratio: mine / theirs,
      goal: 3,
      unit: 's',
      better: 'lower',
    },
  ]
}

function eventAt(index: number) {
  return {
    index,
    at: '2026-03-02T09:00:00.000Z',
    actor: {
      id: 'per_01krn2m2zks6c81m9xg3h0qf7a',
      kind: 'person',
      via: 'token',
      token: 'tok_01krn2m2zks6c81m9xg3h0qf7b',
    },
    action: 'version.registered',
    subject: `version:ver_01krn2m2zks6c81m9x${index}`,
    about: [`version:ver_01krn2m2zks6c81m9x${index}`, 'model:mdl_01krn2m2zks6c81m9xg3h0qf7c'],
    detail: { version: index },
  }
}

function* chunksOf(file: Buffer): Generator<Buffer> {
  const step = 1024 * 1024
  for (let i = 0; i < file.length; i += step) yield file.subarray(i, i + step)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

if (import.meta.main) console.log(await measureTrail())
