import { randomUUID } from 'node:crypto'
import { AppError, badRequest } from '../../lib/errors.ts'

export const limits = {
  name: 500,
  tagKey: 250,
  tagValue: 5_000,
  recordsPerRequest: 10_000,
  /** Characters of one record as JSON. */
  record: 1_000_000,
  experiments: 100,
  scorer: 1_000_000,
  issueText: 100_000,
}

export const newHexId = (prefix: string) => `${prefix}${randomUUID().replaceAll('-', '')}`

export const missing = (message: string) => new AppError('not_found', message)

export function checkName(name: string, what: string): void {
  if (name.trim() === '') throw badRequest(`${what} name cannot be empty.`)
  if (name.length > limits.name) throw badRequest(`'name' exceeds the maximum length of ${limits.name} characters`)
}

export function checkTag({ key, value }: { key: string; value: string }): void {
  if (/\0/.test(key + value) || !key.isWellFormed() || !value.isWellFormed()) {
    throw badRequest("Parameter 'tags' contains a NUL character or half of a surrogate pair.")
  }
  if (key === '') throw badRequest("Missing value for required parameter 'key'.")
  if (key.length > limits.tagKey) throw badRequest(`'key' exceeds the maximum length of ${limits.tagKey} characters`)
  if (value.length > limits.tagValue) {
    throw badRequest(`'value' exceeds the maximum length of ${limits.tagValue} characters`)
  }
}
