import { fromBase64, toBase64 } from './base64.ts'
import { assertTreeSize, hashLength } from './merkle.ts'
import { type NoteSigner, openNote, parseNote, signNote, type VerifierKey } from './signed-note.ts'

/** A C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint): what a log says about its size and its root. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array }

export type OpenedCheckpoint =
  | { outcome: 'verified'; checkpoint: Checkpoint; unknown: number }
  | { outcome: 'malformed' | 'bad_signature' | 'no_known_signature'; message: string }

/** The text of the note: origin, size and base64 root, a line each. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  assertTreeSize(size)
  if (origin === '' || origin.includes('\n')) throw new TypeError('the origin of a checkpoint is one line')
  if (root.length !== hashLength) throw new RangeError(`a root has ${hashLength} bytes, not ${root.length}`)
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/** Reads the text of a checkpoint. Extension lines are allowed and ignored. Undefined when it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  if (!text.endsWith('\n')) return undefined
  const [origin = '', digits = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n')
  const size = /^(0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN
  const root = fromBase64(encoded)
  if (origin === '' || !Number.isSafeInteger(size) || root?.length !== hashLength) return undefined
  return extensions.includes('') ? undefined : { origin, size, root }
}

export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  return signNote(formatCheckpoint(checkpoint), signers)
}

/** Reads a signed checkpoint without trusting it. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const parsed = parseNote(note)
  return parsed && parseCheckpoint(parsed.text)
}

/** Verifies the signatures of a checkpoint; the caller compares the origin with the log it expects. */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): OpenedCheckpoint {
  const opened = openNote(note, keys)
  if (opened.outcome !== 'verified') return opened
  const checkpoint = parseCheckpoint(opened.text)
  if (!checkpoint) return { outcome: 'malformed', message: 'the note is signed but is not a checkpoint' }
  return { outcome: 'verified', checkpoint, unknown: opened.unknown }
}
