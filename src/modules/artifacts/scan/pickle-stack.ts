import type { Value } from './pickle-values.ts'

/** The bytes are not those of a pickle. */
export class Broken extends Error {}
/** It would take more memory to follow than any honest one. */
export class TooMuch extends Error {}

/** More than any writer piles up: they append in batches. */
const mostValues = 2_000_000
const mostRemembered = 20_000_000

const mark = Symbol('mark')

/** Stack and memo of the machine that a pickle is written for. */
export class PickleStack {
  readonly #values: (Value | typeof mark)[] = []
  readonly #memo = new Map<number, Value>()

  push(value: Value): void {
    this.#values.push(value)
  }

  pop(): void {
    this.#values.pop()
  }

  mark(): void {
    this.#values.push(mark)
  }

  top(): Value | undefined {
    const top = this.#values.at(-1)
    return top === mark ? undefined : top
  }

  popMany(count: number): Value[] {
    const taken = this.#values.splice(Math.max(0, this.#values.length - count), count)
    if (taken.length < count) throw new Broken('it takes more values than there are')
    return taken.map((value) => (value === mark ? null : value))
  }

  /** What lies above the last mark, which is taken off as well. */
  toMark(): Value[] {
    const at = this.#values.lastIndexOf(mark)
    if (at < 0) throw new Broken('it looks for a mark that is not there')
    const [, ...taken] = this.#values.splice(at) as Value[]
    return taken
  }

  recall(index: number): undefined {
    this.push(this.#memo.get(index) ?? null)
  }

  remember(index: number): undefined {
    this.#memo.set(index, this.top() ?? null)
  }

  memoize(): undefined {
    this.remember(this.#memo.size)
  }

  demandRoom(): void {
    if (this.#values.length > mostValues || this.#memo.size > mostRemembered) {
      throw new TooMuch('it piles up too many values')
    }
  }
}
