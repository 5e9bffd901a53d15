import { sha256 } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import type { Tag } from './schema.ts'

const longestInTrail = 2000
const longestKey = 250
const longestValue = 100_000

/** Long texts enter the trail as their digest. */
export const noted = (text: string): string =>
  text.length <= longestInTrail ? text : `${sha256(text)} (${text.length} characters)`

export function checkTag({ key, value }: Tag): void {
  const resolved = key.split('/').filter((part) => part !== '' && part !== '.')
  if (key === '' || key.startsWith('/') || resolved.includes('..') || resolved.join('/') !== key) {
    throw badRequest(
      `Invalid value ${JSON.stringify(key)} for parameter 'key' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${resolved.join('/') || '.'}'`,
    )
  }
  if (key.length > longestKey) throw badRequest(`'key' exceeds the maximum length of ${longestKey} characters`)
  if (value.length > longestValue) throw badRequest(`'value' exceeds the maximum length of ${longestValue} characters`)
}

export function checkModelName(name: string): void {
  if (name.trim() === '') throw badRequest("Missing value for required parameter 'name'.")
  if (/[/:]/.test(name)) throw badRequest(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  if (name === '.' || name === '..') throw badRequest(`Invalid model name '${name}'. It names a folder.`)
  if (!name.isWellFormed() || hasControl(name)) {
    throw badRequest('Invalid model name. Names cannot contain control characters.')
  }
  if (name.length > 256) throw badRequest("'name' exceeds the maximum length of 256 characters")
}

export function checkAlias(alias: string): void {
  if (alias.toLowerCase() === 'latest') throw badRequest("'latest' alias name (case insensitive) is reserved.")
  if (/^v\d+$/i.test(alias)) throw badRequest(`Version alias name '${alias}' is reserved.`)
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) {
    throw badRequest(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  if (alias.length > 255) {
    throw badRequest("'Registered model alias name' exceeds the maximum length of 255 characters")
  }
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20) return true
  return false
}
