import type { Ask } from './asking.ts'
import { endpointSource, openEndpoint } from './endpoint.ts'
import { openTable } from './table.ts'
import type { RowHeard, RowTask } from './task.ts'

/** Sends one row as an evaluation does, and reads the answer as it does. */
export async function scoreFirstRow(
  { endpoint, dataset, limits }: RowTask,
  tempDir: string,
  ask: Ask,
): Promise<RowHeard> {
  const table = await openTable(dataset, { rows: limits.rows, memoryMb: Math.floor(limits.memoryMb / 2), tempDir })
  try {
    const source = endpointSource(openEndpoint(endpoint, ask))
    await table.load(source.wanted())
    for await (const { columns } of table.batches()) {
      const { probabilities, labels } = await source.predict(1, columns)
      return { numbers: probabilities.length, labelled: labels !== null }
    }
    return { numbers: 0, labelled: false }
  } finally {
    table.close()
  }
}
