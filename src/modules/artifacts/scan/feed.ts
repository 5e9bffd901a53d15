/** Reads a stream of bytes forwards, a few at a time, and steps over what need not be looked at. */
export class Feed {
  readonly #chunks: AsyncIterator<Uint8Array>
  #window: Buffer = Buffer.alloc(0)
  #at = 0
  #before = 0
  #ended = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** How many bytes lie behind. */
  get offset(): number {
    return this.#before + this.#at
  }

  /** How many bytes can be read without waiting. */
  get ready(): number {
    return this.#window.length - this.#at
  }

  /** Waits until `length` bytes are there; false when the stream ends before. */
  async need(length: number): Promise<boolean> {
    while (this.ready < length && !this.#ended) {
      const { value, done } = await this.#chunks.next()
      if (done) this.#ended = true
      else {
        this.#before += this.#at
        this.#window = this.ready === 0 ? Buffer.from(value) : Buffer.concat([this.#window.subarray(this.#at), value])
        this.#at = 0
      }
    }
    return this.ready >= length
  }

  /** The next byte, which must be ready; undefined at the end. */
  byte(): number | undefined {
    return this.#window[this.#at++]
  }

  peek(): number | undefined {
    return this.#window[this.#at]
  }

  /** The next bytes, which must be ready. */
  take(length: number): Buffer {
    const taken = this.#window.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }

  /** Steps over bytes without keeping them; false when the stream ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length
    while (left > this.ready) {
      left -= this.ready
      this.#at = this.#window.length
      if (!(await this.need(1))) return false
    }
    this.#at += left
    return true
  }

  /** The bytes before the next newline, which is stepped over; undefined when there is none within `most`. */
  async line(most: number): Promise<Buffer | undefined> {
    for (let seen = 0; ; ) {
      const found = this.#window.indexOf(0x0a, this.#at + seen)
      if (found >= 0 && found - this.#at <= most) {
        const line = this.#window.subarray(this.#at, found)
        this.#at = found + 1
        return line
      }
      seen = this.ready
      if (seen > most || !(await this.need(seen + 1))) return undefined
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
