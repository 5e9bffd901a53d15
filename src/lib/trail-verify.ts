import { hash } from 'node:crypto'
import { openCheckpoint } from './checkpoint.ts'
import { createLeafStore } from './leaf-store.ts'
import { hashLength } from './merkle.ts'
import { parseVerifierKey, type VerifierKey } from './signed-note.ts'
import type { TrailHeader } from './trail-file.ts'
import {
  createLineReader,
  type EventLine,
  maxLineLength,
  parseCheckpointLine,
  parseEventLine,
  parseHeader,
  parseObject,
} from './trail-lines.ts'
import { createTrailOrder } from './trail-order.ts'
import { createProblems, type Problems, type TrailProblem } from './trail-problem.ts'
import { checkRoots, type Mismatch, type SignedSize } from './trail-roots.ts'

export type TrailResult =
  | {
      outcome: 'intact'
      origin: string
      size: number
      /** Hexadecimal; that of the last checkpoint. */
      root: string
      /** How many checkpoints were verified, and how many signatures by other keys they bear, which were not. */
      checkpoints: number
      unknownSignatures: number
      /** A file that brings its own key proves only that it fits itself. */
      key: 'pinned' | 'from the file itself'
      verifierKey: string
      /** The `at` of the first and last event; null where there is none. */
      firstAt: string | null
      lastAt: string | null
    }
  | { outcome: 'broken'; problems: TrailProblem[]; omitted: number }

export type TrailOptions = {
  /** The verifier key of the log, from a place that whoever wrote the file cannot change. */
  readonly key?: string
  /** Signed checkpoints kept from earlier: what they cover must still be there, even if the file is signed anew. */
  readonly checkpoints?: readonly string[]
}

const maxMismatches = 1000

/**
 * Verifies an exported trail. Takes it in chunks of any size, as bytes or as text with its newlines. Memory: 32 bytes an
 * event and a buffer of a few lines. A byte changed anywhere is found, except in signatures by other keys than the log's.
 */
export async function verifyTrail(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: TrailOptions = {},
): Promise<TrailResult> {
  const problems = createProblems()
  let lines = 0
  let trail: ReturnType<typeof createTrail> | undefined
  const reader = createLineReader((buffer, start, end) => {
    lines++
    if (lines > 1) {
      trail?.line(buffer, start, end, lines)
    } else {
      const header = parseHeader(buffer.subarray(start, end))
      if (header) trail = createTrail(header, options, problems)
    }
  })

  for await (const chunk of source) {
    if (!reader.read(chunk)) {
      const message = `line ${lines + 1} is longer than ${maxLineLength} bytes`
      problems.add({ kind: 'malformed_line', line: lines + 1, message })
      break
    }
    if (lines > 0 && !trail) break
  }
  if (!trail) {
    problems.add({ kind: 'bad_header', line: 1, message: 'the first line is not the header of an audit trail' })
    return { outcome: 'broken', problems: problems.found, omitted: 0 }
  }
  if (reader.rest() > 0) {
    const message = `the file ends in the middle of line ${lines + 1}`
    problems.add({ kind: 'truncated', line: lines + 1, index: trail.next(), message })
  }
  return trail.finish()
}

function createTrail(header: TrailHeader, options: TrailOptions, problems: Problems) {
  const order = createTrailOrder(header.size, problems)
  const leaves = createLeafStore()
  const key = chooseKey(header, options, problems)
  const event: EventLine = { index: 0, leaf: Buffer.alloc(hashLength), eventStart: 0, eventEnd: 0 }
  const computed = Buffer.alloc(hashLength)
  const mismatches: Mismatch[] = []
  const signed: SignedSize[] = []
  let inFile = 0
  let unknownSignatures = 0
  let largestInFile = 0
  let firstAt: string | null = null
  let lastAt: string | null = null

  function eventLine(buffer: Buffer, line: number): void {
    // The byte before the event is a colon: as a zero byte it makes event and leaf prefix one piece to hash.
    buffer[event.eventStart - 1] = 0
    computed.write(hash('sha256', buffer.subarray(event.eventStart - 1, event.eventEnd), 'latin1'), 0, 'latin1')
    if (inFile > 0) {
      const message = `event ${event.index} stands after the first checkpoint`
      problems.add({ kind: 'reordered', index: event.index, line, message })
    }
    if (!order.accept(event.index, line)) return
    leaves.set(event.index, event.leaf)
    if (!computed.equals(event.leaf)) mismatch(buffer, line)
    if (event.index === 0) firstAt = momentOf(buffer)
    if (event.index === header.size - 1) lastAt = momentOf(buffer)
  }

  function mismatch(buffer: Buffer, line: number): void {
    const isJson = parseObject(buffer.subarray(event.eventStart, event.eventEnd)) !== undefined
    const { index } = event
    if (mismatches.length < maxMismatches) {
      mismatches.push({ index, line, computed: Uint8Array.from(computed), isJson })
    } else {
      problems.add({ kind: 'altered_event', index, line, message: `event ${index} does not hash to its leaf` })
    }
  }

  function momentOf(buffer: Buffer): string | null {
    const at = parseObject(buffer.subarray(event.eventStart, event.eventEnd))?.at
    return typeof at === 'string' ? at : null
  }

  function checkpointNote(note: string, line: number | undefined): void {
    const where = line === undefined ? {} : { line }
    if (!key) return
    const opened = openCheckpoint(note, [key])
    if (opened.outcome !== 'verified') {
      const kind = opened.outcome === 'malformed' ? 'bad_checkpoint' : 'bad_signature'
      problems.add({ kind, ...where, message: opened.message })
      return
    }
    const { checkpoint } = opened
    if (checkpoint.origin !== header.origin) {
      const message = `the checkpoint is of the log ${checkpoint.origin}, the file of ${header.origin}`
      problems.add({ kind: 'bad_checkpoint', ...where, message })
      return
    }
    signed.push({ checkpoint, ...where })
    if (line === undefined) return
    if (checkpoint.size < largestInFile) {
      const message = `the checkpoint of ${checkpoint.size} events stands after that of ${largestInFile}`
      problems.add({ kind: 'reordered', line, message })
    }
    largestInFile = Math.max(largestInFile, checkpoint.size)
    unknownSignatures += opened.unknown
  }

  function otherLine(bytes: Buffer, line: number): void {
    const note = parseCheckpointLine(bytes)
    if (note !== undefined) {
      inFile++
      checkpointNote(note, line)
      return
    }
    const index = order.skip(line)
    const kind = parseObject(bytes) ? 'malformed_line' : 'not_json'
    const message = `line ${line} is ${kind === 'not_json' ? 'not JSON' : 'not of the shape of a trail line'}`
    problems.add(index === undefined ? { kind, line, message } : { kind, line, index, message })
  }

  return {
    next: order.next,

    line(buffer: Buffer, start: number, end: number, line: number): void {
      if (parseEventLine(buffer, start, end, event)) eventLine(buffer, line)
      else otherLine(buffer.subarray(start, end), line)
    },

    finish(): TrailResult {
      for (const note of options.checkpoints ?? []) checkpointNote(note, undefined)
      const complete = order.finish()
      const end = order.next()
      const expected = signed.reduce((most, { checkpoint }) => Math.max(most, checkpoint.size), header.size)
      if (end < expected) {
        const message = `the trail ends after ${end} events, and there were ${expected}`
        problems.add({ kind: 'truncated', index: end, lastIndex: expected - 1, message })
      }
      checkRoots({ leaves, complete, signed, mismatches }, problems)

      const last = signed.find(({ checkpoint, line }) => line !== undefined && checkpoint.size === header.size)
      if (!last && problems.found.length === 0) {
        const range = header.size > 0 ? { index: largestInFile, lastIndex: header.size - 1 } : {}
        const message = `no checkpoint in the file covers the events from ${largestInFile} on`
        problems.add({ kind: 'uncovered', ...range, message })
      }
      if (!last || problems.found.length > 0) {
        return { outcome: 'broken', problems: problems.found, omitted: problems.omitted() }
      }
      return {
        outcome: 'intact',
        origin: header.origin,
        size: header.size,
        root: Buffer.from(last.checkpoint.root).toString('hex'),
        checkpoints: inFile,
        unknownSignatures,
        key: options.key === undefined ? 'from the file itself' : 'pinned',
        verifierKey: options.key ?? header.key,
        firstAt,
        lastAt,
      }
    },
  }
}

function chooseKey(header: TrailHeader, options: TrailOptions, problems: Problems): VerifierKey | undefined {
  const key = parseVerifierKey(options.key ?? header.key)
  if (!key) {
    const whose = options.key === undefined ? "the header's key" : 'the key given'
    problems.add({ kind: 'bad_key', line: 1, message: `${whose} is not a verifier key for Ed25519` })
  } else if (options.key !== undefined && options.key !== header.key) {
    const message = `the header names the key ${header.key}, not the one given`
    problems.add({ kind: 'bad_key', line: 1, message })
  }
  return key
}
