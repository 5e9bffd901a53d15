import type { Feed } from './feed.ts'
import { Broken } from './pickle-stack.ts'
import { longestName, type Value } from './pickle-values.ts'

const longestLine = 1_000_000

/** The arguments of a pickle's instructions. What is too long to be a name is stepped over and becomes null. */
export class PickleInput {
  readonly #feed: Feed

  constructor(feed: Feed) {
    this.#feed = feed
  }

  /** A few bytes, which must be ready. */
  take(length: number): Buffer {
    if (this.#feed.ready < length) throw new Broken('it ends in the middle of an instruction')
    return this.#feed.take(length)
  }

  async text(length: number): Promise<Value> {
    if (length < 0) throw new Broken('a text has a negative length')
    if (length > longestName) return this.bytes(length)
    if (!(await this.#feed.need(length))) throw new Broken('it ends in the middle of a text')
    return this.#feed.take(length).toString('utf8')
  }

  async bytes(length: number): Promise<null> {
    if (!(await this.#feed.skip(length))) throw new Broken('it ends in the middle of a value')
    return null
  }

  /** A whole number of so many bytes, the least significant first. */
  async long(length: number): Promise<Value> {
    if (length < 0) throw new Broken('a number has a negative length')
    if (length > 6) return this.bytes(length)
    if (!(await this.#feed.need(length))) throw new Broken('it ends in the middle of a number')
    return length === 0 ? 0 : this.#feed.take(length).readIntLE(0, length)
  }

  async number(): Promise<number> {
    return Number.parseInt(await this.line(), 10) || 0
  }

  async line(): Promise<string> {
    const line = await this.#feed.line(longestLine)
    if (!line) throw new Broken('a line has no end')
    return line.length > longestName ? '' : line.toString('utf8')
  }
}

/** A text as protocol 0 writes it, between quotes. */
export function unquoted(text: string): string {
  const quote = text[0]
  return text.length >= 2 && (quote === "'" || quote === '"') && text.endsWith(quote) ? text.slice(1, -1) : text
}
