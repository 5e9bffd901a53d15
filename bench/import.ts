import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillMlflowDatabase, mlflowDatabase } from '../src/testing/mlflow-database.ts'
import type { Measurement } from './measurement.ts'

const program = new URL('../bin/modelkeep.js', import.meta.url).pathname
const runs = Number(process.env.BENCH_RUNS ?? 100_000)

/** From the command to the verified end: look, import and read back an MLflow database with ten points a run. */
export async function measureImport(): Promise<Measurement[]> {
  const folder = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-import-'))
  try {
    const path = join(folder, 'mlflow.db')
    const database = mlflowDatabase(path)
    fillMlflowDatabase(database, runs)
    database.close()
    const began = performance.now()
    const status = await run(['import', 'mlflow', path, '--data-dir', join(folder, 'data')])
    const seconds = (performance.now() - began) / 1000
    if (status !== 0) throw new Error(`the import ended with status ${status}`)
    return [
      {
        work: `import an MLflow database, ${runs.toLocaleString('en')} runs and ${(runs * 10).toLocaleString('en')} points, verified`,
        against: '–',
        ours: seconds,
        reference: null,
        ratio: null,
        goal: 300,
        unit: 's',
        better: 'lower',
      },
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function run(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [status] = await once(child, 'exit')
  return status as number | null
}

if (import.meta.main) console.table(await measureImport())
