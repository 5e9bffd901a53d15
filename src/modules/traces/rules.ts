import { AppError, badRequest } from '../../lib/errors.ts'

export const limits = {
  key: 250,
  tagValue: 8_000,
  metadataValue: 8_000,
  preview: 10_000,
  name: 500,
  spansPerRequest: 20_000,
  spansPerTrace: 20_000,
  /** A text inside a span is cut here; a whole span that is still larger is refused. */
  spanText: 200_000,
  spanContent: 2_000_000,
  depth: 24,
  assessment: 60_000,
  assessments: 1_000,
  deleted: 10_000,
  linked: 100,
}

export const noTrace = (id: string) => new AppError('not_found', `Trace with ID '${id}' not found.`)
export const noAssessment = (id: string, trace: string) =>
  new AppError('not_found', `No assessment with ID '${id}' found for trace '${trace}'`)

export function checkKey(key: string): void {
  if (key === '') throw badRequest("Missing value for required parameter 'key'.")
  if (key.length > limits.key) throw badRequest(`'key' exceeds the maximum length of ${limits.key} characters`)
}

/** Names and values from outside: no NUL, which PostgreSQL cannot store, and no half of a character. */
export const clean = (text: string, most: number): string =>
  text.replaceAll('\0', '\u{fffd}').toWellFormed().slice(0, most).toWellFormed()
