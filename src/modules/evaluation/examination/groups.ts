import { badRequest } from '../../../lib/errors.ts'
import type { Attribute } from '../metrics/index.ts'

const maxGroups = 50
const missing = '(missing)'

/** Turns the words of a protected attribute into codes; labels are sorted, so that the order of rows does not show. */
export class GroupEncoder {
  readonly #name: string
  readonly #codes: Uint8Array
  readonly #seen = new Map<string, number>()
  #next = 0

  constructor(name: string, rows: number) {
    this.#name = name
    this.#codes = new Uint8Array(rows)
  }

  add(values: readonly unknown[]): void {
    for (const value of values) {
      const label = value === null || value === undefined ? missing : String(value)
      let code = this.#seen.get(label)
      if (code === undefined) {
        code = this.#seen.size
        if (code === maxGroups) {
          throw badRequest(
            `the protected attribute "${this.#name}" has more than ${maxGroups} groups; put its values into a few groups first`,
          )
        }
        this.#seen.set(label, code)
      }
      this.#codes[this.#next++] = code
    }
  }

  attribute(): Attribute {
    const labels = [...this.#seen.keys()].sort()
    const rank = new Map(labels.map((label, i) => [label, i]))
    const byCode = Uint8Array.from(this.#seen.keys(), (label) => rank.get(label) ?? 0)
    return { name: this.#name, labels, codes: this.#codes.map((code) => byCode[code] ?? 0) }
  }
}
