import type { Command } from 'commander'
import { Population, Sample, type SampleRow } from '../modules/auditors/schema.ts'
import { connectClient } from './client.ts'
import { csvText } from './csv.ts'
import { CliError } from './exit.ts'
import { print, printJson, table } from './output.ts'

/** Samples for auditors: stated, and drawn again by whoever wants to check them. */
export function addSample(seat: Command) {
  seat
    .command('sample <population>')
    .description(`a sample of ${Population.options.join(', ')} in your scope; "versions" are those in use`)
    .option('--size <n>', 'how many to draw; without it, everything')
    .option('--seed <text>', 'what the draw depends on: the same seed gives the same sample')
    .option('--by-tier', 'draw so many of each tier')
    .option('--model <name>', 'only this model')
    .option('--from <day>', 'the first day of the period, in UTC, or a moment')
    .option('--to <day>', 'the last day of the period, in UTC, or the first moment after it')
    .option('--json', 'print everything that says how it was drawn, as JSON')
    .option('--csv', 'print the rows as CSV')
    .action(sample)
}

type Options = {
  size?: string
  seed?: string
  byTier?: boolean
  model?: string
  from?: string
  to?: string
  json?: boolean
  csv?: boolean
}

async function sample(population: string, { size, seed, byTier, model, from, to, json, csv }: Options) {
  if ((size === undefined) !== (seed === undefined)) throw new CliError('a random sample needs --size and --seed')
  const query = new URLSearchParams({ population, method: size === undefined ? 'all' : 'random' })
  const given = {
    size,
    seed,
    by_tier: byTier ? 'true' : undefined,
    model,
    from: from && start(from),
    until: to && end(to),
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value)
  const found = await (await connectClient()).get(`/auditor/sample?${query}`, Sample)
  if (json) return printJson(found)
  if (csv) return void process.stdout.write(csvText(columns, found.rows))
  print(`${found.rows.length} of ${found.population_size} ${found.population}; population ${found.population_digest}`)
  if (found.by_tier) {
    for (const { tier, size, drawn } of found.strata) print(`  ${tier ?? 'no tier'}: ${drawn} of ${size}`)
  }
  const texts = found.rows.map((row) => columns.slice(0, 7).map(({ value }) => String(value(row) ?? '')))
  print(table([columns.slice(0, 7).map(({ header }) => header.toUpperCase()), ...texts]))
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text)
const start = (text: string) => momentOf(text, 0)
/** A day is in the period as a whole. */
const end = (text: string) => momentOf(text, isDay(text) ? 86_400_000 : 0)

function momentOf(text: string, later: number): string {
  const moment = new Date(text)
  if (Number.isNaN(moment.getTime())) throw new CliError(`"${text}" is no date`)
  return new Date(moment.getTime() + later).toISOString()
}

const columns = (['id', 'model', 'tier', 'version', 'environment', 'at', 'state', 'rank'] as const).map((key) => ({
  key,
  header: key,
  value: (row: SampleRow) => row[key],
}))
