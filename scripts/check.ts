import { spawn } from 'node:child_process'

/** Types and lint side by side, then every test; stops where something fails. Arguments go to vitest. */
type Step = { readonly name: string; readonly args: readonly string[] }

const looks: readonly Step[] = [
  { name: 'Types', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'Types of the web application', args: ['node_modules/typescript/bin/tsc', '-p', 'web'] },
  { name: 'Lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
]
const tests: Step = { name: 'Tests', args: ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)] }

/** Runs a step; what it prints comes as it is printed, or in one piece after its end. */
function run({ name, args }: Step, printed: 'at once' | 'together'): Promise<number> {
  const stdio = printed === 'at once' ? 'inherit' : 'pipe'
  if (printed === 'at once') process.stdout.write(`\n${name}\n`)
  const child = spawn(process.execPath, args, { stdio: ['ignore', stdio, stdio] })
  const parts: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => parts.push(part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => {
      if (printed === 'together') process.stdout.write(`\n${name}\n${Buffer.concat(parts).toString()}`)
      if (status !== 0) process.stdout.write(`${name}: failed\n`)
      resolve(status ?? 1)
    })
  })
}

const looked = await Promise.all(looks.map((step) => run(step, 'together')))
process.exitCode = looked.find((status) => status !== 0) ?? (await run(tests, 'at once'))
