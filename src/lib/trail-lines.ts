import { checkpointLine, headerLine, type TrailHeader } from './trail-file.ts'

/** Longer than any event may be; what has no newline for so long is no trail. */
export const maxLineLength = 16 * 1024 * 1024

const newline = 0x0a
const pieceLength = 1 << 20

/**
 * Cuts chunks of bytes into lines in a buffer of its own, which `onLine` may write to. The line lies between start and
 * end, without its newline. `rest` is how many bytes came after the last newline.
 */
export function createLineReader(onLine: (buffer: Buffer, start: number, end: number) => void) {
  let buffer = Buffer.allocUnsafe(2 * pieceLength)
  let length = 0

  function push(piece: Uint8Array): void {
    if (length + piece.length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length + piece.length))
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    const scanFrom = length
    buffer.set(piece, length)
    length += piece.length
    const filled = buffer.subarray(0, length)
    let start = 0
    let end = filled.indexOf(newline, scanFrom)
    while (end >= 0) {
      onLine(buffer, start, end)
      start = end + 1
      end = filled.indexOf(newline, start)
    }
    buffer.copyWithin(0, start, length)
    length -= start
  }

  return {
    /** False when a line grows beyond all bounds: there is no point in reading on. */
    read(chunk: Uint8Array | string): boolean {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      for (let at = 0; at < bytes.length; at += pieceLength) {
        push(bytes.subarray(at, at + pieceLength))
        if (length > maxLineLength) return false
      }
      return true
    },
    rest: () => length,
  }
}

/** Undefined unless the line is, byte for byte, what the writer writes for the same values. */
export function parseHeader(line: Buffer): TrailHeader | undefined {
  const value = parseObject(line)
  if (typeof value?.origin !== 'string' || typeof value.key !== 'string') return undefined
  if (typeof value.size !== 'number' || !Number.isSafeInteger(value.size) || value.size < 0) return undefined
  const header = { origin: value.origin, key: value.key, size: value.size }
  return isWritten(line, headerLine(header)) ? header : undefined
}

/** The signed note of a checkpoint line, under the same condition. */
export function parseCheckpointLine(line: Buffer): string | undefined {
  const note = parseObject(line)?.checkpoint
  return typeof note === 'string' && isWritten(line, checkpointLine(note)) ? note : undefined
}

export function parseObject(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function isWritten(line: Buffer, written: string): boolean {
  return Buffer.from(written.slice(0, -1)).equals(line)
}

const beforeIndex = Buffer.from('{"index":')
const beforeLeaf = Buffer.from(',"leaf":"')
const beforeEvent = Buffer.from('","event":')
const leafDigits = 64
const [zero, nine, brace, closingBrace] = Buffer.from('09{}')

/** Value of each lower-case hexadecimal digit by its code; 255 for every other byte. */
const digitValue = new Uint8Array(256).fill(255)
for (const [value, code] of Buffer.from('0123456789abcdef').entries()) digitValue[code] = value

export type EventLine = { index: number; leaf: Buffer; eventStart: number; eventEnd: number }

/**
 * Parses an event line into `out`, without allocating: a million lines go through here. False unless the line has the one
 * shape there is. The event itself is not looked into: its hash decides.
 */
export function parseEventLine(buffer: Buffer, start: number, end: number, out: EventLine): boolean {
  if (!matches(buffer, start, end, beforeIndex)) return false
  let at = start + beforeIndex.length
  const indexStart = at
  let index = 0
  for (let code = buffer[at]; isDigit(code); code = buffer[at]) {
    index = index * 10 + code - (zero ?? 0)
    at++
  }
  const digits = at - indexStart
  if (digits === 0 || digits > 16 || !Number.isSafeInteger(index)) return false
  if (digits > 1 && buffer[indexStart] === zero) return false

  if (!matches(buffer, at, end, beforeLeaf)) return false
  at += beforeLeaf.length
  if (at + leafDigits > end) return false
  for (let i = 0; i < leafDigits; i += 2) {
    const high = digitValue[buffer[at + i] ?? 0] ?? 255
    const low = digitValue[buffer[at + i + 1] ?? 0] ?? 255
    if (high === 255 || low === 255) return false
    out.leaf[i >> 1] = (high << 4) | low
  }
  at += leafDigits

  if (!matches(buffer, at, end, beforeEvent)) return false
  at += beforeEvent.length
  if (end - at < 3 || buffer[at] !== brace || buffer[end - 1] !== closingBrace) return false
  if (buffer[end - 2] !== closingBrace) return false
  out.index = index
  out.eventStart = at
  out.eventEnd = end - 1
  return true
}

function isDigit(code: number | undefined): code is number {
  return code !== undefined && code >= (zero ?? 0) && code <= (nine ?? 0)
}

function matches(buffer: Buffer, at: number, end: number, expected: Buffer): boolean {
  if (at + expected.length > end) return false
  for (let i = 0; i < expected.length; i++) if (buffer[at + i] !== expected[i]) return false
  return true
}
