import { join } from 'node:path'
import type { Bench } from './engine.ts'
import { absolute, type Measurement, median } from './measurement.ts'
import { startServer } from './server-process.ts'

const rounds = 5

/** From the command to the first answer, on an existing data folder and on an empty one. Every server has to end in order. */
export async function measureStartup(bench: Bench): Promise<Measurement[]> {
  const dataDir = join(bench.dir, 'startup')
  await (await startServer(bench, dataDir)).stop()
  const existing: number[] = []
  const empty: number[] = []
  for (let round = 0; round < rounds; round++) {
    const server = await startServer(bench, dataDir)
    existing.push(server.seconds)
    await server.stop()
    const more: Record<string, string> = bench.engine === 'sqlite' ? {} : { MODELKEEP_SCHEMA_PREFIX: `empty_${round}` }
    const fresh = await startServer(bench, join(bench.dir, `empty-${round}`), more)
    empty.push(fresh.seconds)
    await fresh.stop()
  }
  return [
    absolute('start-up to the first answer, existing database', median(existing), 's', 0.5),
    absolute('start-up to the first answer, empty folder', median(empty), 's', bench.engine === 'sqlite' ? 0.5 : null),
  ]
}
