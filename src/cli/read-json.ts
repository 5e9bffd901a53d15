import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { CliError } from './exit.ts'

/** A JSON file that has a shape; what is wrong with it is said with its place. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`${path} cannot be read`)
  })
  const parsed = schema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new CliError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not understood'}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError(`${path} is not JSON`)
  }
}
