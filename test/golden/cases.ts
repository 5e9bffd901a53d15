import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

export type Tolerance = { readonly rel: number; readonly abs: number }

export type GoldenInput = {
  readonly file?: string
  readonly where?: Readonly<Record<string, string>>
  readonly columns?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

export type GoldenCase = {
  readonly id: string
  readonly reference: {
    readonly library: string
    readonly function: string
    readonly parameters: Record<string, unknown>
  }
  readonly input: GoldenInput
  readonly expected: unknown
  readonly tolerance: Tolerance
}

/** One file of cases, with the folder that the cases' own files lie below. */
export type GoldenFile = {
  readonly area: string
  readonly name: string
  readonly files: Files
  readonly cases: readonly GoldenCase[]
}

/** Files that cases name: paths below the parent of the golden folder, packed or not. */
export type Files = {
  readonly bytes: (path: string) => Buffer
  readonly text: (path: string) => string
  readonly table: (path: string) => CsvTable
}

export type CsvTable = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Every file of a golden folder: one folder an area, or the cases of one area without folders. */
export function readGolden(folder: string): readonly GoldenFile[] {
  const root = resolve(folder)
  if (!existsSync(root) || !statSync(root).isDirectory()) throw new Error(`there is no folder ${folder}`)
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.json') && basename(path) !== 'index.json',
  )
  return paths.sort().map((path) => {
    const full = join(root, path)
    const { area, cases } = JSON.parse(readFileSync(full, 'utf8')) as { area?: string; cases: GoldenCase[] }
    const name = area ?? dirname(path)
    return { area: name, name: basename(path, '.json'), files: filesBelow(dirname(root)), cases }
  })
}

const known = new Map<string, Files>()

function filesBelow(parent: string): Files {
  const held = known.get(parent)
  if (held) return held
  const tables = new Map<string, CsvTable>()
  const bytes = (path: string) => {
    const full = join(parent, ...path.split('/'))
    if (existsSync(full)) return path.endsWith('.gz') ? gunzipSync(readFileSync(full)) : readFileSync(full)
    return gunzipSync(readFileSync(`${full}.gz`))
  }
  const text = (path: string) => bytes(path).toString('utf8')
  const table = (path: string) => {
    const parsed = tables.get(path) ?? parseCsv(text(path))
    tables.set(path, parsed)
    return parsed
  }
  const files = { bytes, text, table }
  known.set(parent, files)
  return files
}

/** RFC 4180: fields between commas, quoted ones may hold commas, quotes (doubled) and line ends. */
export function parseCsv(text: string): CsvTable {
  const rows: string[][] = []
  const body = text.trimEnd()
  if (!body.includes('"')) {
    for (const line of body.split(/\r?\n/)) rows.push(line.split(','))
  } else {
    let row: string[] = []
    for (const [whole, quoted, plain = '', end] of body.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
      if (whole === '' && row.length === 0) break
      row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
      if (end === ',') continue
      rows.push(row)
      row = []
    }
  }
  const [header = [], ...rest] = rows
  return { header, rows: rest }
}
