import type { FileScan, ScanFinding } from '../schema.ts'

const mostKept = 100
const mostCounted = 5000
const order = { unsafe: 0, unknown: 1, notice: 2 } as const

/** Ends the look at one file; the finding says why. */
export class Stopped extends Error {}

export type Limits = {
  /** How long all files together may take, in milliseconds. */
  milliseconds: number
  /** Bytes that may come out of compressed content in all. */
  unpacked: number
}

/** What is found while files are looked at, and how much work may still be done. */
export class Report {
  readonly #findings = new Map<string, ScanFinding>()
  readonly #until: number
  readonly #counts = { unsafe: 0, unknown: 0, notice: 0 }
  #lookedAt = 0
  #unpacked: number

  constructor({ milliseconds, unpacked }: Limits) {
    this.#until = performance.now() + milliseconds
    this.#unpacked = unpacked
  }

  add(finding: ScanFinding): void {
    const what = plain(finding.what).slice(0, 300)
    const path = plain(finding.path).slice(0, 1000)
    const key = JSON.stringify([path, finding.rule, what])
    // A pickle may name the same thing a million times; a flood of lesser findings must not hide a grave one.
    if (this.#findings.has(key) || this.#counts[finding.severity] >= mostCounted) return
    this.#counts[finding.severity]++
    this.#findings.set(key, { ...finding, what, path })
  }

  looked(): void {
    this.#lookedAt++
  }

  /** Throws when all time or all memory for unpacking is used up. */
  spend(bytes: number): void {
    this.#unpacked -= bytes
    if (this.#unpacked < 0) throw new Stopped('more comes out of it than is looked at')
    if (performance.now() > this.#until) throw new Stopped('it takes longer than a look may take')
  }

  result(): FileScan {
    const all = [...this.#findings.values()]
    const { unsafe, unknown } = this.#counts
    return {
      scanner: 'modelkeep-scan-1',
      verdict: unsafe > 0 ? 'unsafe' : unknown > 0 ? 'unknown' : 'clean',
      looked_at: this.#lookedAt,
      unsafe,
      unknown,
      findings: all
        .sort((a, b) => order[a.severity] - order[b.severity] || compare(a.path, b.path) || compare(a.what, b.what))
        .slice(0, mostKept),
    }
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Text that every store and signature can hold. */
const plain = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd')
