import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeShared, readShared, readSharedJson, readSharedText, sharedPath } from '../testing/shared.ts'
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts'
import { createKey } from './keys.ts'
import { emptyRoot, leafHash, rootOfLeaves } from './merkle.ts'
import { formatVerifierKey, openNote, parseVerifierKey, signNote, verifierKeyOf } from './signed-note.ts'

const signer = { name: 'keep.example/audit', key: createKey('audit') }
const other = { name: 'witness.example', key: createKey('witness') }
const key = verifierKeyOf(signer)

test('a note opens with the key that signed it and counts the signatures of others', () => {
  const note = signNote('first line\n\nsecond – line\n', [other, signer])
  const opened = openNote(note, [key])
  expect(opened).toEqual({ outcome: 'verified', text: 'first line\n\nsecond – line\n', signedBy: [key], unknown: 1 })
})

test('a verifier key survives its text form', () => {
  expect(parseVerifierKey(formatVerifierKey(key))).toEqual(key)
})

test.each([
  'keep.example',
  'keep.example+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  'example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  'exa mple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  'example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  'example.com/foo+530d903a+Aeky',
])('%s is not a verifier key', (text) => {
  expect(parseVerifierKey(text)).toBeUndefined()
})

test('notes that are not whole, and signatures that do not fit, are refused', () => {
  const note = signNote('text\n', [signer])
  expect(openNote(note.replace('text', 'Text'), [key]).outcome).toBe('bad_signature')
  expect(openNote(note, [verifierKeyOf(other)]).outcome).toBe('no_known_signature')
  expect(openNote(note, [verifierKeyOf({ name: signer.name, key: other.key })]).outcome).toBe('no_known_signature')
  for (const broken of [
    note.slice(0, -1),
    note.replace('— ', '- '),
    note.replace('\n\n', '\n'),
    `te\u0007xt${note}`,
    `\ud800${note}`,
    `${note}\n`,
    note.replace(/=\n$/, '\n'),
    'text\n\n— name AAAA\n',
  ]) {
    expect(openNote(broken, [key]).outcome).toBe('malformed')
  }
  expect(() => signNote('no newline', [signer])).toThrow('ends in a newline')
  expect(() => signNote('text\n', [{ ...signer, name: 'a b' }])).toThrow('not a name')
})

test('a checkpoint is signed, opened and read back', () => {
  const checkpoint = { origin: 'keep.example/audit', size: 0, root: emptyRoot }
  const opened = openCheckpoint(signCheckpoint(checkpoint, [signer]), [key])
  expect(opened).toMatchObject({ outcome: 'verified', checkpoint: { origin: 'keep.example/audit', size: 0 } })
  expect(openCheckpoint(signNote('not a checkpoint\n', [signer]), [key]).outcome).toBe('malformed')
})

test('text that only resembles a checkpoint is refused', () => {
  const text = formatCheckpoint({ origin: 'log', size: 12, root: emptyRoot })
  expect(parseCheckpoint(`${text}extension\n`)?.size).toBe(12)
  for (const broken of [
    text.slice(0, -1),
    text.replace('12', '012'),
    text.replace('12', '-1'),
    text.replace('12', '9007199254740992'),
    text.replace('log', ''),
    text.replace('=', ''),
    text.replace('U=', 'V='),
    `${text}\n`,
  ]) {
    expect(parseCheckpoint(broken), broken).toBeUndefined()
  }
  expect(() => formatCheckpoint({ origin: 'a\nb', size: 1, root: emptyRoot })).toThrow('one line')
})

const examples = ['vectors', 'merkle', 'c2sp', 'examples.json']
const log = ['vectors', 'merkle', 'tessera-testlog', 'testdata', 'log']
type Examples = { signed_note: { vkey: string; note: string }; tessera_testlog: { origin: string; vkey: string } }

describeShared('C2SP', examples, () => {
  const { signed_note, tessera_testlog } = readSharedJson<Examples>(...examples)

  test('the example of signed-note verifies', () => {
    const vkey = parseVerifierKey(signed_note.vkey)
    expect(vkey && formatVerifierKey(vkey)).toBe(signed_note.vkey)
    expect(openNote(signed_note.note, vkey ? [vkey] : [])).toMatchObject({ outcome: 'verified' })
  })

  test('the checkpoints of the Tessera test log are signed and have the roots of its entries', () => {
    const vkey = parseVerifierKey(tessera_testlog.vkey)
    const leaves = readShared(...log, 'tile', '0', '000.p', '15')
    expect(readEntries(readShared(...log, 'tile', 'entries', '000.p', '15')).map(leafHash)).toEqual(
      Array.from({ length: 15 }, (_, i) => leaves.subarray(32 * i, 32 * i + 32)),
    )
    const names = readdirSync(join(sharedPath(...log))).filter((name) => name.startsWith('checkpoint.'))
    expect(names.length).toBe(16)
    for (const name of names) {
      const opened = openCheckpoint(readSharedText(...log, name), vkey ? [vkey] : [])
      const size = Number(name.slice('checkpoint.'.length))
      expect(opened).toMatchObject({ outcome: 'verified', checkpoint: { origin: tessera_testlog.origin, size } })
      if (opened.outcome !== 'verified') continue
      expect(Buffer.from(rootOfLeaves(leaves.subarray(0, 32 * size))).equals(opened.checkpoint.root)).toBe(true)
    }
  })
})

/** An entry bundle of tlog-tiles: each entry behind its length in 16 bits. */
function readEntries(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = []
  for (let at = 0; at < bundle.length; ) {
    const length = bundle.readUInt16BE(at)
    entries.push(bundle.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries
}
