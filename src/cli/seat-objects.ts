import { z } from 'zod'
import { objectOfRow, objectOfText } from '../modules/auditor-requests/schema.ts'
import { Sample } from '../modules/auditors/schema.ts'
import { type Client, parseModelVersion } from './client.ts'
import { readJsonFile } from './read-json.ts'

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
  const named = objectOfText(text)
  if (named !== undefined) return named
  if (!text.includes('@')) {
    return `model:${(await client.get(`/models/${encodeURIComponent(text)}`, WithId)).id}`
  }
  const { model, version } = parseModelVersion(text)
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
  return `version:${(await client.get(path, WithId)).id}`
}
