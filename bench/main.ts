import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBlobs } from './blobs.ts'
import { measureEvaluation } from './evaluation.ts'
import { measureGate } from './gate.ts'
import { measureImport } from './import.ts'
import { holds, type Measurement } from './measurement.ts'
import { measureStartup } from './startup.ts'
import { measureTracking } from './tracking.ts'
import { measureTrail } from './trail.ts'

const areas: Record<string, () => Promise<Measurement[]>> = {
  startup: measureStartup,
  tracking: measureTracking,
  blobs: measureBlobs,
  gate: measureGate,
  evaluation: measureEvaluation,
  trail: measureTrail,
  import: measureImport,
}

const file = new URL('./RESULTS.md', import.meta.url)
const { positionals } = parseArgs({ allowPositionals: true })

/** Measures every area, or those that are named, and writes their rows; rows of other areas stay. */
const rows = new Map(readRows())
for (const [area, measure] of Object.entries(areas)) {
  if (positionals.length > 0 && !positionals.includes(area)) continue
  process.stderr.write(`Measuring ${area} …\n`)
  rows.set(area, (await measure()).map(lineOf))
}
writeFileSync(file, page([...rows]))
process.stdout.write(page([...rows]))

function lineOf(row: Measurement): string {
  const { work, against, ours, reference, ratio, goal, unit, better } = row
  const sign = better === 'higher' ? '≥' : '≤'
  const cells = [
    work,
    against,
    `${number(ours)} ${unit}`,
    reference === null ? '–' : `${number(reference)} ${unit}`,
    ratio === null ? '–' : number(ratio),
    `${sign} ${number(goal)}${ratio === null ? ` ${unit}` : ''}`,
    holds(row) ? 'met' : 'not met',
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
    return [...text.matchAll(/^<!-- (\w+) -->\n((?:\|.*\n)*)/gm)].map(([, area = '', lines = '']) => [
      area,
      lines.split('\n').filter((line) => line !== '' && !line.startsWith('|--') && !line.startsWith('| work ')),
    ])
  } catch {
    return []
  }
}

function page(sections: readonly (readonly [string, readonly string[]])[]): string {
  const head = '| work | against | ours | reference | ratio | goal | |\n|---|---|---|---|---|---|---|'
  const tables = sections.map(([area, lines]) => `<!-- ${area} -->\n${head}\n${lines.join('\n')}\n`)
  return `# Measured

Each row is one run on one machine: what the product does, and what a reference does in the same run. The ratio is ours
over the reference. Where the goal is absolute there is no reference. \`npm run bench\` measures everything again,
\`npm run bench -- gate trail\` only what is named.

Machine: ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}; Node ${process.versions.node}; SQLite, synchronous=FULL.

${tables.join('\n')}`
}
