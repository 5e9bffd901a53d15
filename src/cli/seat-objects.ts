import { z } from 'zod'
import { objectOfRow } from '../modules/auditor-requests/schema.ts'
import { Sample } from '../modules/auditors/schema.ts'
import { type Client, parseModelVersion } from './client.ts'
import { readJsonFile } from './read-json.ts'

const kinds: Record<string, string> = {
  mdl: 'model',
  ver: 'version',
  rev: 'review',
  dec: 'decision',
  vrd: 'verdict',
  fnd: 'finding',
  evi: 'evidence',
  dsv: 'dataset',
}

const WithId = z.object({ id: z.string() })

/** Things as somebody types them, and the rows of a sample, as the server names them. */
export async function objectNames(client: Client, things: readonly string[], sample?: string): Promise<string[]> {
  const names: string[] = []
  for (const thing of things) names.push(await nameOf(client, thing))
  if (sample !== undefined) {
    const { population, rows } = await readJsonFile(sample, Sample)
    names.push(...rows.map((row) => objectOfRow(population, row)))
  }
  return names
}

async function nameOf(client: Client, text: string): Promise<string> {
  const [, prefix = ''] = /^([a-z]{3})_[0-9a-z]{24}$/.exec(text) ?? []
  const kind = kinds[prefix]
  if (kind !== undefined) return `${kind}:${text}`
  if (/^[a-z]+:[a-z0-9_]+$/.test(text)) return text
  if (!text.includes('@')) {
    return `model:${(await client.get(`/models/${encodeURIComponent(text)}`, WithId)).id}`
  }
  const { model, version } = parseModelVersion(text)
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
  return `version:${(await client.get(path, WithId)).id}`
}
