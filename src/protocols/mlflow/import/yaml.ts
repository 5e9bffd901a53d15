import { lstat, readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { hostileYaml } from '../../../lib/yaml-limits.ts'

const maxBytes = 20 * 1024 * 1024
const maxHostileCheck = 512 * 1024

export type Meta = Readonly<Record<string, unknown>>

/** A `meta.yaml` as PyYAML writes it; a sentence that says why it cannot be read otherwise. Integers come whole. */
export async function readMeta(path: string): Promise<{ meta: Meta } | { reason: string } | undefined> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return undefined
  if (!found.isFile()) return { reason: 'its meta.yaml is not a file' }
  if (found.size > maxBytes) return { reason: `its meta.yaml is longer than ${maxBytes} bytes` }
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return { reason: 'its meta.yaml cannot be read' }
  // Long ones hold the profile of a dataset in one scalar, which the check of the parts does not need.
  const hostile = text.length <= maxHostileCheck ? hostileYaml(text) : undefined
  if (hostile) return { reason: `its meta.yaml cannot be read: ${hostile}` }
  const document = parseDocument(text, { version: '1.1', intAsBigInt: true, logLevel: 'silent', uniqueKeys: true })
  const [error] = document.errors
  if (error) return { reason: `its meta.yaml is not YAML: ${error.message.split('\n')[0]}` }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    return { reason: 'its meta.yaml refers to parts of itself' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reason: 'its meta.yaml has no fields' }
  return { meta: value as Meta }
}
