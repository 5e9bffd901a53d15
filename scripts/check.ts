import { spawnSync } from 'node:child_process'

/** Types, lint and every test, one after the other; stops at the first that fails. Arguments go to vitest. */
const steps: { name: string; args: string[] }[] = [
  { name: 'Types', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'Types of the web application', args: ['node_modules/typescript/bin/tsc', '-p', 'web'] },
  { name: 'Lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'Tests', args: ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)] },
]

for (const { name, args } of steps) {
  process.stdout.write(`\n${name}\n`)
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    process.stdout.write(`${name}: failed\n`)
    process.exit(status ?? 1)
  }
}
