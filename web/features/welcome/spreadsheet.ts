import { Tier } from '../../../src/modules/registry/schema.ts'
import { cellsOf } from './sheet-text.ts'

export type Kind = 'model' | 'system'
export type Entry = { kind: Kind; name: string; purpose: string; tier: Tier | null; owner: string }
/** One row of a spreadsheet as it would be written, or why it would not. `line` counts from 1, the header included. */
export type Line = { line: number; entry: Entry; verdict: 'new' | 'there' | 'problem'; why: string }

export type Known = {
  names: Readonly<Record<Kind, ReadonlySet<string>>>
  /** Logins of people who are there. */
  logins: ReadonlySet<string>
}

/** Titles of columns that people use, in small letters. */
const titles: Record<keyof Entry, readonly string[]> = {
  kind: ['kind', 'type', 'art', 'typ'],
  name: ['name', 'model', 'model name', 'system', 'use case', 'title'],
  purpose: ['purpose', 'description', 'intended purpose', 'zweck', 'beschreibung'],
  tier: ['tier', 'risk', 'risk tier', 'materiality', 'risk rating', 'risiko'],
  owner: ['owner', 'accountable owner', 'model owner', 'business owner', 'login'],
}

const kinds: Readonly<Record<string, Kind>> = {
  '': 'model',
  model: 'model',
  system: 'system',
  'ai system': 'system',
  'use case': 'system',
}

export type Read = { outcome: 'read'; lines: Line[] } | { outcome: 'refused'; why: string }

/** What a spreadsheet would bring, before anything is written. */
export function readSpreadsheet(text: string, known: Known): Read {
  const [header, ...rows] = cellsOf(text)
  if (!header) return { outcome: 'refused', why: 'The file is empty.' }
  const columnOf = (field: keyof Entry) => header.findIndex((title) => titles[field].includes(title.toLowerCase()))
  const at = Object.fromEntries(Object.keys(titles).map((field) => [field, columnOf(field as keyof Entry)]))
  if (at.name === -1) return { outcome: 'refused', why: `No column is called name; there are ${header.join(', ')}.` }
  const seen = new Set<string>()
  const lines = rows.map((cells, index): Line => {
    const text = (field: keyof Entry) => cells[at[field] ?? -1] ?? ''
    const kind = kinds[text('kind').toLowerCase()]
    const tier = Tier.safeParse(text('tier').toLowerCase())
    const entry: Entry = {
      kind: kind ?? 'model',
      name: text('name'),
      purpose: text('purpose'),
      tier: tier.success ? tier.data : null,
      owner: text('owner').toLowerCase(),
    }
    const line = { line: index + 2, entry }
    const key = `${entry.kind} ${entry.name}`
    const problem = (why: string): Line => ({ ...line, verdict: 'problem', why })
    if (entry.name === '') return problem('The name is empty.')
    if (entry.name.length > 200) return problem('The name is longer than 200 characters.')
    if (entry.kind === 'model' && /[/:]/.test(entry.name)) return problem('The name of a model has no / and no :.')
    if (kind === undefined) return problem(`“${text('kind')}” is neither model nor system.`)
    if (text('tier') !== '' && !tier.success) return problem(`The tier “${text('tier')}” is not high, medium or low.`)
    if (entry.owner !== '' && !known.logins.has(entry.owner)) return problem(`Nobody signs in as ${entry.owner}.`)
    if (seen.has(key)) return problem('The name stands there twice.')
    seen.add(key)
    if (known.names[entry.kind].has(entry.name)) return { ...line, verdict: 'there', why: 'It is there already.' }
    return { ...line, verdict: 'new', why: '' }
  })
  if (lines.length === 0) return { outcome: 'refused', why: 'There is a header, and no row below it.' }
  return { outcome: 'read', lines }
}
