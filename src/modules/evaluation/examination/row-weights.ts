import { badRequest } from '../../../lib/errors.ts'
import { reweighing } from '../metrics/mitigation/index.ts'
import type { Protocol } from '../schema.ts'
import { GroupEncoder } from './groups.ts'
import { openTable, quoted, type Wanted } from './table.ts'
import type { RowWeights, WeightTask } from './task.ts'

/** The weight of every row of a table under which its label and one of its attributes are independent. */
export async function weighRows(
  { dataset, protocol, attribute, limits }: WeightTask,
  tempDir: string,
): Promise<RowWeights> {
  const table = await openTable(dataset, { rows: limits.rows, memoryMb: Math.floor(limits.memoryMb / 2), tempDir })
  try {
    const truth = truthOf(protocol)
    const n = await table.load([truth.wanted, { as: 'text', column: attribute }])
    const groups = new GroupEncoder(attribute, n)
    const y = new Uint8Array(n)
    let done = 0
    for await (const { rows, columns } of table.batches()) {
      for (const [i, value] of (columns[0] ?? []).entries()) {
        if (value === null) throw badRequest(`the label column has no value in row ${done + i + 1}`)
        y[done + i] = truth.isFavourable(value) ? 1 : 0
      }
      groups.add(columns[1] ?? [])
      done += rows
    }
    const { codes, labels } = groups.attribute()
    const { cells } = reweighing(y, Int32Array.from(codes), labels)
    return {
      cells: cells.map(({ group, label, weight }) => ({
        group,
        label,
        weight: weight.state === 'ok' ? weight.value : 1,
      })),
      // Cells come by group, the favourable label first.
      codes: Uint16Array.from(y, (label, row) => (codes[row] ?? 0) * 2 + (1 - label)),
    }
  } finally {
    table.close()
  }
}

type Truth = { readonly wanted: Wanted; readonly isFavourable: (value: unknown) => boolean }

function truthOf(protocol: Protocol): Truth {
  switch (protocol.task) {
    case 'binary':
      return {
        wanted: { as: 'label', column: protocol.label, positive: protocol.positive },
        isFavourable: (value) => Number(value) === 1,
      }
    case 'multiclass': {
      const { positive, label } = protocol
      if (positive === undefined)
        throw badRequest(`the protocol says of ${quoted(label)} no favourable class to weigh by`)
      return { wanted: { as: 'label', column: label, positive }, isFavourable: (value) => Number(value) === 1 }
    }
    case 'regression': {
      const { threshold, label } = protocol
      if (threshold === undefined) throw badRequest(`the protocol says of ${quoted(label)} no threshold to weigh by`)
      return { wanted: { as: 'number', column: label }, isFavourable: (value) => Number(value) >= threshold }
    }
    case 'scores':
      throw badRequest('weights need labels, and the protocol is for scores without')
  }
}
