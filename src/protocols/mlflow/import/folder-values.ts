import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeyValue, longestValue, type ModelPoint } from '../../../modules/imports/index.ts'
import type { ImportKind, ImportProblem } from '../../../modules/imports/schema.ts'
import { pythonFloat } from './values.ts'

/** A million points; a series that is longer is refused rather than read into memory. */
const largestSeries = 256 * 1024 * 1024
const deepest = 32

export const problemOf = (kind: ImportKind, subject: string, code: string, message: string): ImportProblem => ({
  kind,
  subject,
  code,
  message,
})

/** Names of the folders in a folder, in order. Links are no folders of the store. */
export async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

type About = { kind: ImportKind; id: string; problems: ImportProblem[] }

/** Keys are paths of files, values their contents. */
export async function readPairs(folder: string, about: About): Promise<KeyValue[]> {
  const pairs: KeyValue[] = []
  for (const { key, path } of await filesIn(folder, about)) {
    const value = await readText(path, longestValue * 4)
    if (value === undefined) {
      about.problems.push(
        problemOf(about.kind, `${about.id} ${key}`, 'value_refused', 'the file is too long, or unreadable'),
      )
    } else pairs.push({ key, value })
  }
  return pairs
}

/** Each point once. Lines are time, value and step, in newer releases followed by a run and a dataset. */
export async function* readSeries(folder: string, about: About): AsyncGenerator<readonly ModelPoint[]> {
  for (const { key, path } of await filesIn(folder, about)) {
    const text = await readText(path, largestSeries)
    if (text === undefined) {
      about.problems.push(
        problemOf(about.kind, `${about.id} metric ${key}`, 'metric_refused', 'the file is too long, or unreadable'),
      )
      continue
    }
    const points = new Map<string, ModelPoint>()
    let broken = 0
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      const point = pointIn(line, key)
      if (point) points.set(JSON.stringify(Object.values(clipped(point))), point)
      else broken++
    }
    if (broken > 0) {
      const lines = `${broken} of its lines ${broken === 1 ? 'is' : 'are'} not a time, a value and a step`
      about.problems.push(problemOf(about.kind, `${about.id} metric ${key}`, 'metric_broken', lines))
    }
    yield [...points.values()]
  }
}

/** NaN and infinities have no JSON; stored, an infinity is the largest double. */
const clipped = (point: ModelPoint) => ({
  ...point,
  value: Number.isNaN(point.value) ? 'NaN' : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, point.value)),
})

function pointIn(line: string, key: string): ModelPoint | undefined {
  const [time = '', number = '', third = '0', ...rest] = line.trim().split(' ')
  const value = pythonFloat(number)
  if (!/^-?\d+$/.test(time) || value === undefined || !/^-?\d+$/.test(third)) return undefined
  const [run_id = '', dataset_name = '', dataset_digest = ''] = rest.length === 2 ? ['', ...rest] : rest
  return { run_id, key, value, step: Number(third), timestamp: Number(time), dataset_name, dataset_digest }
}

async function filesIn(folder: string, about: About, prefix = '', depth = 0): Promise<{ key: string; path: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const files: { key: string; path: string }[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    const key = `${prefix}${entry.name}`
    if (entry.isFile()) files.push({ key, path })
    else if (entry.isDirectory() && depth < deepest) files.push(...(await filesIn(path, about, `${key}/`, depth + 1)))
    else about.problems.push(problemOf(about.kind, `${about.id} ${key}`, 'link_refused', 'it is a link, or no file'))
  }
  return files
}

async function readText(path: string, most: number): Promise<string | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = await handle.stat()
      return size > most ? undefined : await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch {
    return undefined
  }
}
