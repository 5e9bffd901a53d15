import { badRequest } from '../../../lib/errors.ts'
import type { Protocol } from '../schema.ts'
import { quoted, type Wanted } from './table.ts'

const mostClasses = 200

/** Reads the label column as the task has it: favourable or not, a class, or a number. */
export class TruthReader {
  readonly protocol: Protocol
  y = new Uint8Array()
  numbers = new Float64Array()
  /** Index into `classes`, by row. */
  codes = new Int32Array()
  readonly classes = new Map<string, number>()

  constructor(protocol: Protocol) {
    this.protocol = protocol
  }

  wanted(): Wanted[] {
    const { protocol } = this
    switch (protocol.task) {
      case 'binary':
        return [{ as: 'label', column: protocol.label, positive: protocol.positive }]
      case 'multiclass':
        return [{ as: 'text', column: protocol.label }]
      case 'regression':
        return [{ as: 'number', column: protocol.label }]
      case 'scores':
        return []
    }
  }

  expect(rows: number): void {
    const { task } = this.protocol
    if (task === 'binary') this.y = new Uint8Array(rows)
    if (task === 'multiclass') this.codes = new Int32Array(rows)
    if (task === 'regression') this.numbers = new Float64Array(rows)
  }

  add(values: readonly unknown[], from: number): void {
    const { protocol } = this
    switch (protocol.task) {
      case 'scores':
        return
      case 'binary':
        this.y.set(Uint8Array.from(values, Number), from)
        return
      case 'multiclass':
        for (const [i, value] of values.entries()) {
          if (value === null) throw missing(protocol.label, from + i)
          this.codes[from + i] = codeIn(this.classes, String(value))
          if (this.classes.size > mostClasses) {
            throw badRequest(
              `the label column ${quoted(protocol.label)} has more than ${mostClasses} classes; for a number the task is "regression"`,
            )
          }
        }
        return
      case 'regression':
        for (const [i, value] of values.entries()) {
          if (value === null || !Number.isFinite(value)) throw missing(protocol.label, from + i)
          this.numbers[from + i] = Number(value)
        }
    }
  }

  /** Two classes are there, where two are to be told apart. */
  requireBoth(): void {
    const { protocol, y } = this
    if (protocol.task !== 'binary') return
    const { label, positive } = protocol
    const favourable = y.reduce((sum, value) => sum + value, 0)
    if (favourable === 0)
      throw badRequest(`no row has the favourable value "${positive}" in the label column ${quoted(label)}`)
    if (favourable === y.length) {
      throw badRequest(
        `every row has the value "${positive}" in the label column ${quoted(label)}; there is nothing to tell apart`,
      )
    }
  }
}

const missing = (label: string, row: number) =>
  badRequest(`the label column ${quoted(label)} has no value in row ${row + 1}`)

/** Numbers that Parquet has as 1.0 are the class 1. */
export function codeIn(classes: Map<string, number>, text: string): number {
  const label = className(text)
  const known = classes.get(label)
  if (known !== undefined) return known
  classes.set(label, classes.size)
  return classes.size - 1
}

export const className = (text: string) => text.replace(/^(-?[0-9]+)\.0+$/, '$1')
