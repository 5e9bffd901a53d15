import { badRequest } from '../../../lib/errors.ts'

/** Bytes of 0 and 1, one per row. Throws bad_request on anything else. */
export function requireBinary(name: string, values: Uint8Array): void {
  let seen = 0
  for (let i = 0; i < values.length; i++) seen |= values[i] ?? 0
  if (seen > 1) throw badRequest(`${name} must hold 0 and 1 only`)
}

/** One value per row. Throws bad_request otherwise. */
export function requireLength(name: string, length: number, rows: number): void {
  if (length !== rows) throw badRequest(`${name} has ${length} rows, expected ${rows}`)
}

/** Finite numbers only. Throws bad_request otherwise. */
export function requireFinite(name: string, values: Float64Array): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw badRequest(`${name} is not a finite number in row ${i}`)
}

/** Finite numbers in [0, 1] only. Throws bad_request otherwise. */
export function requireProbability(name: string, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    if (!(value >= 0 && value <= 1)) throw badRequest(`${name} is not between 0 and 1 in row ${i}`)
  }
}
