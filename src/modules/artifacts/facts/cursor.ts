import type { ByteSource } from '../../../lib/byte-source.ts'
import { storable, Unreadable } from './unreadable.ts'

/** One field of a protobuf message: a whole number, or a range of bytes that has not been read yet. */
export type Field = { readonly id: number; readonly end: number } & (
  | { readonly wire: 'varint'; readonly value: number | bigint }
  | { readonly wire: 'bytes'; readonly start: number }
  | { readonly wire: 'fixed32' | 'fixed64' }
)

const windowSize = 8 * 1024
/** A key and a length or value, ten bytes each at most. */
const headSize = 20
const maxFields = 5_000_000

/**
 * Walks protobuf fields through a small window, so that tensors are stepped over and never read. Every range is checked
 * against the message it lies in, and the number of fields is limited: a hostile file costs no more than a large one.
 */
export class Cursor {
  readonly #source: ByteSource
  #window: Uint8Array = new Uint8Array(0)
  #windowStart = 0
  #fields = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get size(): number {
    return this.#source.size
  }

  /** Calls `visit` with each field between `start` and `end`. */
  async each(start: number, end: number, visit: (field: Field) => Promise<void> | void): Promise<void> {
    let position = start
    while (position < end) {
      if (!this.#holds(position, headSize)) await this.#load(position, headSize)
      const field = this.#field(position, end)
      const visited = visit(field)
      if (visited) await visited
      position = field.end
    }
  }

  async text(field: Field, maxBytes = 4096): Promise<string> {
    const bytes = await this.#bytes(field, maxBytes)
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw new Unreadable('a name is not valid UTF-8')
    }
    return storable(text)
  }

  /** The numbers of a repeated integer field, packed or one at a time. */
  async integers(field: Field): Promise<number[]> {
    if (field.wire === 'varint') return [safeInteger(field.value)]
    const bytes = await this.#bytes(field, 4096)
    const numbers: number[] = []
    for (let at = 0; at < bytes.length; ) {
      const { value, next } = varint(bytes, at)
      numbers.push(safeInteger(value))
      at = next
    }
    return numbers
  }

  async #bytes(field: Field, maxBytes: number): Promise<Uint8Array> {
    const { start, end } = rangeOf(field)
    if (end - start > maxBytes) throw new Unreadable(`a text of ${end - start} bytes is longer than ${maxBytes}`)
    if (!this.#holds(start, end - start)) await this.#load(start, end - start)
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart)
  }

  #field(position: number, end: number): Field {
    this.#fields++
    if (this.#fields > maxFields) throw new Unreadable(`it has more than ${maxFields} fields`)
    const window = this.#window
    const key = varint(window, position - this.#windowStart)
    const tag = safeInteger(key.value)
    const id = Math.floor(tag / 8)
    if (id < 1 || id > 0x1fffffff) throw new Unreadable('it is not a protobuf message')
    const after = key.next + this.#windowStart
    switch (tag % 8) {
      case 0: {
        const { value, next } = varint(window, key.next)
        return within({ id, wire: 'varint', value, end: next + this.#windowStart }, end)
      }
      case 1:
        return within({ id, wire: 'fixed64', end: after + 8 }, end)
      case 2: {
        const { value, next } = varint(window, key.next)
        const start = next + this.#windowStart
        return within({ id, wire: 'bytes', start, end: start + safeInteger(value) }, end)
      }
      case 5:
        return within({ id, wire: 'fixed32', end: after + 4 }, end)
      default:
        throw new Unreadable('it is not a protobuf message')
    }
  }

  /** At the end of the source fewer bytes than asked for are all there are. */
  #holds(position: number, length: number): boolean {
    const wanted = Math.min(position + length, this.#source.size)
    return position >= this.#windowStart && wanted <= this.#windowStart + this.#window.length
  }

  async #load(position: number, length: number): Promise<void> {
    this.#window = await this.#source.read(position, Math.max(windowSize, length))
    this.#windowStart = position
    if (!this.#holds(position, length)) throw new Unreadable('it ends before its declared size')
  }
}

/** The range of a field that holds bytes. */
export function rangeOf(field: Field): { start: number; end: number } {
  if (field.wire !== 'bytes') throw new Unreadable(`field ${field.id} has the wrong type`)
  return field
}

/** The value of a field that holds a whole number. */
export function integerOf(field: Field): number {
  if (field.wire !== 'varint') throw new Unreadable(`field ${field.id} has the wrong type`)
  return safeInteger(field.value)
}

function within(field: Field, end: number): Field {
  if (field.end > end) throw new Unreadable('it ends in the middle of a field')
  return field
}

function safeInteger(value: number | bigint): number {
  const number = Number(typeof value === 'bigint' ? BigInt.asIntN(64, value) : value)
  if (!Number.isSafeInteger(number)) throw new Unreadable(`the number ${value} is too large`)
  return number
}

function varint(bytes: Uint8Array, start: number): { value: number | bigint; next: number } {
  let value = 0
  for (let i = 0; i < 7; i++) {
    const byte = byteAt(bytes, start + i)
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, next: start + i + 1 }
  }
  // Beyond 49 bits a number could lose digits; negative numbers always come this way.
  let large = BigInt(value)
  for (let i = 7; i < 10; i++) {
    const byte = byteAt(bytes, start + i)
    large += BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte < 0x80) return { value: large, next: start + i + 1 }
  }
  throw new Unreadable('it is not a protobuf message')
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index]
  if (byte === undefined) throw new Unreadable('it ends in the middle of a field')
  return byte
}
