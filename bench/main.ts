import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBlobs } from './blobs.ts'
import { measureCalls } from './calls.ts'
import { type Bench, type BenchEngine, engines, NoPostgres, openBench } from './engine.ts'
import { measureEvaluation } from './evaluation.ts'
import { measureGate } from './gate.ts'
import { measureImport } from './import.ts'
import { measureLogging } from './logging.ts'
import { holds, type Measurement } from './measurement.ts'
import { measureMemory } from './memory.ts'
import { measureSearch } from './search.ts'
import { measureStartup } from './startup.ts'
import { measureTrail } from './trail.ts'

const alone: Record<string, () => Promise<Measurement[]>> = {
  import: measureImport,
  blobs: measureBlobs,
  gate: measureGate,
  evaluation: measureEvaluation,
  trail: measureTrail,
}

/** Measured on both engines, as `logging:sqlite` and `logging:postgres`. */
const onEngines: Record<string, (bench: Bench) => Promise<Measurement[]>> = {
  startup: measureStartup,
  memory: measureMemory,
  logging: measureLogging,
  calls: measureCalls,
  search: measureSearch,
}

const areas = new Map(Object.entries(alone))
for (const engine of engines) {
  for (const [name, measure] of Object.entries(onEngines)) areas.set(`${name}:${engine}`, () => on(engine, measure))
}

const file = new URL('./RESULTS.md', import.meta.url)
const { positionals } = parseArgs({ allowPositionals: true })
const unknown = positionals.filter((name) => !areas.has(name) && !(name in onEngines))
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}. There are ${[...areas.keys()].join(', ')}.\n`)
  process.exit(2)
}

/** Measures every area, or those that are named, and writes their rows; rows of other areas stay. */
const known = new Map(readRows())
const rows = new Map([...areas.keys()].flatMap((area) => (known.has(area) ? [[area, known.get(area) ?? []]] : [])))
for (const [area, measure] of areas) {
  if (positionals.length > 0 && !positionals.includes(area) && !positionals.includes(area.split(':')[0] ?? '')) continue
  process.stderr.write(`Measuring ${area} …\n`)
  try {
    rows.set(area, (await measure()).map(lineOf))
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error
    process.stderr.write(`${area} is left out, because there is no PostgreSQL: ${error.message}\n`)
  }
}
writeFileSync(file, page([...rows]))
process.stdout.write(page([...rows]))

async function on(engine: BenchEngine, measure: (bench: Bench) => Promise<Measurement[]>): Promise<Measurement[]> {
  const bench = await openBench(engine)
  try {
    return await measure(bench)
  } finally {
    await bench.close()
  }
}

function lineOf(row: Measurement): string {
  const { work, against, ours, reference, ratio, goal, unit, better } = row
  const sign = better === 'higher' ? '≥' : '≤'
  const cells = [
    work,
    against,
    `${number(ours)} ${unit}`,
    reference === null ? '–' : `${number(reference)} ${unit}`,
    ratio === null ? '–' : number(ratio),
    goal === null ? '–' : `${sign} ${number(goal)}${ratio === null ? ` ${unit}` : ''}`,
    goal === null ? '' : holds(row) ? 'met' : 'not met',
  ]
  return `| ${cells.join(' | ')} |`
}

function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

function readRows(): [string, string[]][] {
  try {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/^<!-- ([\w:]+) -->\n((?:\|.*\n)*)/gm)].map(([, area = '', lines = '']) => [
      area,
      lines.split('\n').filter((line) => line !== '' && !line.startsWith('|--') && !line.startsWith('| work ')),
    ])
  } catch {
    return []
  }
}

function page(sections: readonly (readonly [string, readonly string[]])[]): string {
  const head = '| work | against | ours | reference | ratio | goal | |\n|---|---|---|---|---|---|---|'
  const tables = sections.map(
    ([area, lines]) =>
      `## ${titleOf(area)}\n\n\`npm run bench -- ${area}\`\n\n<!-- ${area} -->\n${head}\n${lines.join('\n')}\n`,
  )
  return `# Measured

Each row is one run on one machine: what the product does, and what a reference does in the same run. The ratio is ours
over the reference. Where the goal is absolute there is no reference, and a row without a goal shows how something grows.
\`npm run bench\` measures everything again, \`npm run bench -- gate search\` only what is named.

Machine: ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}; Node ${process.versions.node}. SQLite with synchronous=FULL;
PostgreSQL with its defaults, on the same machine.

${tables.join('\n')}`
}

function titleOf(area: string): string {
  const [name = '', engine] = area.split(':')
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  return engine === undefined ? title : `${title}, ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`
}
