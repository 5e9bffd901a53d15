import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCheckpoint, signCheckpoint } from './checkpoint.ts'
import { canonicalJson } from './json.ts'
import { createKey } from './keys.ts'
import { leafHash, rootOfLeaves } from './merkle.ts'
import { formatVerifierKey, signNote, verifierKeyOf } from './signed-note.ts'
import { type TrailEvent, trailLines } from './trail-file.ts'
import { type TrailOptions, verifyTrail } from './trail-verify.ts'

const origin = 'keep.example/audit'
const signer = { name: origin, key: createKey('audit') }
const key = formatVerifierKey(verifierKeyOf(signer))

function eventAt(index: number, note = 'plain'): TrailEvent {
  const at = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString()
  const event = canonicalJson({
    action: 'version.registered',
    at,
    note,
    subject: `ver_${index}`,
    text: 'ä – "quoted"\n',
  })
  return { event, leaf: leafHash(Buffer.from(event)) }
}

function checkpointOf(events: readonly TrailEvent[], size: number, by = signer): string {
  const root = rootOfLeaves(Buffer.concat(events.slice(0, size).map(({ leaf }) => leaf)))
  return signCheckpoint({ origin, size, root }, [by])
}

async function linesOf(events: readonly TrailEvent[], checkpoints: readonly string[], size = events.length) {
  return Array.fromAsync(trailLines({ header: { origin, key, size }, events, checkpoints }))
}

const events = Array.from({ length: 40 }, (_, i) => eventAt(i))
const sizes = [10, 20, 30, 40]
const checkpoints = sizes.map((size) => checkpointOf(events, size))
const lines = await linesOf(events, checkpoints)

async function problemsOf(changed: Iterable<string | Uint8Array>, options: TrailOptions = {}) {
  const result = await verifyTrail(changed, options)
  if (result.outcome === 'intact') throw new Error('the trail was found intact')
  return result.problems
}

/** The line of an event in the file: the header comes first. */
const lineOf = (index: number) => index + 1
const replaceLine = (at: number, change: (line: string) => string) =>
  lines.map((line, i) => (i === at ? change(line) : line))

test('an untouched trail is intact, in chunks of any size', async () => {
  const file = Buffer.from(lines.join(''))
  const chunked = (size: number) =>
    Array.from({ length: Math.ceil(file.length / size) }, (_, i) => file.subarray(i * size, (i + 1) * size))
  for (const chunks of [lines, [file], chunked(7), chunked(1000)]) {
    expect(await verifyTrail(chunks, { key, checkpoints })).toEqual({
      outcome: 'intact',
      origin,
      size: 40,
      root: Buffer.from(rootOfLeaves(Buffer.concat(events.map(({ leaf }) => leaf)))).toString('hex'),
      checkpoints: 4,
      unknownSignatures: 0,
      key: 'pinned',
      verifierKey: key,
      firstAt: '2026-01-01T00:00:00.000Z',
      lastAt: '2026-01-01T00:39:00.000Z',
    })
  }
  expect(await verifyTrail(lines)).toMatchObject({ outcome: 'intact', key: 'from the file itself' })
})

test('an empty trail is intact when its emptiness is signed', async () => {
  const empty = await linesOf([], [checkpointOf([], 0)])
  expect(await verifyTrail(empty, { key })).toMatchObject({ outcome: 'intact', size: 0, firstAt: null, lastAt: null })
  expect(await problemsOf(await linesOf([], []))).toMatchObject([{ kind: 'uncovered' }])
})

test('any one changed byte breaks the trail', async () => {
  const file = Buffer.from(lines.join(''))
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, mask, pin) => {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ mask
      const result = await verifyTrail([changed], pin ? { key } : {})
      expect(result.outcome, `byte ${at} ^ ${mask}`).toBe('broken')
    }),
    { numRuns: 800 },
  )
})

test('a changed byte in an event line is located', async () => {
  const start = lines.slice(0, lineOf(17)).join('')
  const line = Buffer.from(lines[lineOf(17)] ?? '')
  const rest = lines.slice(lineOf(17) + 1).join('')
  await fc.assert(
    fc.asyncProperty(fc.nat(line.length - 2), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const changed = Buffer.from(line)
      changed[at] = (changed[at] ?? 0) ^ mask
      const [first] = await problemsOf([start, changed, rest])
      // An index that grew leaves the line in its place and makes the next one the first that stands late.
      const place = first?.kind === 'reordered' ? lineOf(18) + 1 : lineOf(17) + 1
      expect(first?.line ?? lineOf(first?.index ?? -1) + 1, JSON.stringify(first)).toBe(place)
    }),
    { numRuns: 300 },
  )
})

test('an altered event and an altered leaf are told apart', async () => {
  const event = replaceLine(lineOf(12), (line) => line.replace('plain', 'plane'))
  expect(await problemsOf(event)).toEqual([
    { kind: 'altered_event', index: 12, line: 14, message: 'event 12 does not hash to its leaf' },
  ])
  const leaf = replaceLine(lineOf(12), (line) =>
    line.replace(/"leaf":"./, (text) => (text.endsWith('0') ? '"leaf":"1' : '"leaf":"0')),
  )
  expect(await problemsOf(leaf)).toMatchObject([{ kind: 'altered_leaf', index: 12, line: 14 }])
  const json = replaceLine(lineOf(12), (line) => line.replace('"action"', 'action'))
  expect(await problemsOf(json)).toMatchObject([{ kind: 'not_json', index: 12, line: 14 }])
})

test('an event rewritten together with its leaf lies between two checkpoints', async () => {
  const rewritten = events.map((event, i) => (i === 23 ? eventAt(23, 'rewritten') : event))
  expect(await problemsOf(await linesOf(rewritten, checkpoints))).toEqual([
    {
      kind: 'root_mismatch',
      line: 44,
      index: 20,
      lastIndex: 29,
      message: 'events 20 to 29 are not all as they were signed',
    },
  ])
})

test('a missing event is named, and a gap is not filled by counting on', async () => {
  expect(await problemsOf(lines.filter((_, i) => i !== lineOf(5)))).toMatchObject([
    { kind: 'missing_event', index: 5, lastIndex: 5 },
  ])
  const renumbered = await linesOf(events.toSpliced(5, 1), checkpoints)
  expect(await problemsOf(renumbered)).toMatchObject([
    { kind: 'truncated', index: 39, lastIndex: 39 },
    { kind: 'root_mismatch', index: 0, lastIndex: 9 },
  ])
})

test('events in another order are reordered, with or without their numbers', async () => {
  const swapped = lines.toSpliced(lineOf(7), 2, lines[lineOf(8)] ?? '', lines[lineOf(7)] ?? '')
  expect(await problemsOf(swapped)).toMatchObject([{ kind: 'reordered', index: 7, line: lineOf(8) + 1 }])
  const contents = await linesOf(events.toSpliced(7, 2, eventAt(8), eventAt(7)), checkpoints)
  expect(await problemsOf(contents)).toMatchObject([{ kind: 'root_mismatch', index: 0, lastIndex: 9 }])
  const twice = lines.toSpliced(lineOf(7), 0, lines[lineOf(6)] ?? '')
  expect(await problemsOf(twice)).toMatchObject([{ kind: 'duplicate_event', index: 6 }])
  const late = [...lines.toSpliced(lineOf(39), 1), lines[lineOf(39)] ?? '']
  expect(await problemsOf(late)).toMatchObject([{ kind: 'reordered', index: 39 }])
  const early = [...lines.slice(0, 41), ...lines.slice(41).reverse()]
  expect((await problemsOf(early)).map(({ kind }) => kind)).toEqual(['reordered', 'reordered', 'reordered'])
})

test('a truncated trail is found, whatever its header says', async () => {
  const cut = events.slice(0, 35)
  expect(await problemsOf([...lines.slice(0, 36), ...lines.slice(41)])).toMatchObject([
    { kind: 'truncated', index: 35, lastIndex: 39 },
  ])
  expect(await problemsOf(await linesOf(cut, checkpoints))).toMatchObject([{ kind: 'truncated', index: 35 }])
  expect(await problemsOf(await linesOf(cut, checkpoints.slice(0, 3)))).toMatchObject([
    { kind: 'uncovered', index: 30, lastIndex: 34 },
  ])
  expect(await problemsOf([lines.join('').slice(0, -1)])).toContainEqual(expect.objectContaining({ kind: 'truncated' }))
  expect(await problemsOf(await linesOf(events, checkpoints, 39))).toContainEqual(
    expect.objectContaining({ kind: 'unexpected_event', index: 39 }),
  )
})

test('a checkpoint kept from earlier shows what the file no longer does', async () => {
  const shortened = await linesOf(events.slice(0, 30), checkpoints.slice(0, 3))
  expect(await verifyTrail(shortened, { key })).toMatchObject({ outcome: 'intact', size: 30 })
  expect(await problemsOf(shortened, { key, checkpoints })).toMatchObject([{ kind: 'truncated', index: 30 }])

  const rewritten = events.map((_, i) => eventAt(i, 'signed anew'))
  const anew = await linesOf(rewritten, [checkpointOf(rewritten, 40)])
  expect(await verifyTrail(anew, { key })).toMatchObject({ outcome: 'intact' })
  expect(await problemsOf(anew, { key, checkpoints: checkpoints.slice(1, 2) })).toMatchObject([
    { kind: 'root_mismatch' },
  ])
})

test('a checkpoint must be signed by the key and be of this log', async () => {
  const thief = { name: origin, key: createKey('thief') }
  const forged = await linesOf(events, [checkpointOf(events, 40, thief)])
  expect(await problemsOf(forged)).toMatchObject([{ kind: 'bad_signature', line: 42 }])
  const stranger = formatVerifierKey(verifierKeyOf(thief))
  expect(await problemsOf(lines, { key: stranger })).toContainEqual(
    expect.objectContaining({ kind: 'bad_key', line: 1 }),
  )
  expect(await problemsOf(lines, { key: 'nonsense' })).toMatchObject([{ kind: 'bad_key' }])

  const root = rootOfLeaves(Buffer.concat(events.map(({ leaf }) => leaf)))
  const foreign = signNote(formatCheckpoint({ origin: 'other.example', size: 40, root }), [signer])
  expect(await problemsOf(await linesOf(events, [foreign]))).toMatchObject([{ kind: 'bad_checkpoint', line: 42 }])
  const prose = await linesOf(events, [signNote('prose\n', [signer])])
  expect(await problemsOf(prose)).toMatchObject([{ kind: 'bad_checkpoint', line: 42 }])
})

test('what is no trail is refused without reading it all', async () => {
  for (const text of [
    '',
    'hello\n',
    '{}\n',
    (lines[0] ?? '').replace('-1', '-2'),
    (lines[0] ?? '').replace(':40', ': 40'),
  ]) {
    expect(await problemsOf([text])).toMatchObject([{ kind: 'bad_header', line: 1 }])
  }
  async function* endless() {
    yield lines[0] ?? ''
    for (;;) yield Buffer.alloc(1 << 20, 'x')
  }
  expect(await verifyTrail(endless())).toMatchObject({ outcome: 'broken' })
  const noise = await verifyTrail([lines[0] ?? '', ...Array.from({ length: 500 }, () => 'noise\n')])
  expect(noise.outcome === 'broken' && [noise.problems.length, noise.omitted > 300]).toEqual([100, true])
})
