import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeShared, readShared, readSharedJson, readSharedText, sharedPath } from '../../../testing/shared.ts'
import { Protocol } from '../schema.ts'
import { openModel } from './model.ts'
import { inputColumns } from './scorer.ts'
import { openTable } from './table.ts'
import type { ModelFile, TableFile } from './task.ts'

const dir = mkdtempSync(join(tmpdir(), 'modelkeep-reference-models-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Enough to meet every branch of these models, and read in no time. */
const rowsCompared = 3000
const limits = { rows: 100_000, memoryMb: 1000, tempDir: dir }
const protocols = {
  binary: Protocol.parse({ task: 'binary', label: 'label', positive: 1 }),
  multiclass: Protocol.parse({ task: 'multiclass', label: 'label' }),
  regression: Protocol.parse({ task: 'regression', label: 'label' }),
}
type Task = keyof typeof protocols

function tableFile(name: string, content: string | Uint8Array): TableFile {
  const path = join(dir, `${name}.csv`)
  writeFileSync(path, content)
  return { path, name, format: 'csv' }
}

/** One list a class, or one of numbers. */
async function outputs(file: ModelFile, task: Task, dataset: TableFile): Promise<number[][]> {
  const model = await openModel(file, protocols[task])
  const columns = inputColumns(model)
  const table = await openTable(dataset, limits)
  await table.load(columns)
  const found: number[][] = []
  for await (const batch of table.batches()) {
    const at = (name: string) => batch.columns[columns.findIndex(({ column }) => column === name)] ?? []
    const { probabilities } = await model.score(batch.rows, at)
    for (const [i, values] of probabilities.entries()) {
      found[i] ??= []
      found[i]?.push(...values)
    }
  }
  table.close()
  return found
}

/** Column by name; of the rows that are named, in their order, or of all. */
function recorded(id: string, rows?: readonly string[]): Map<string, string[]> {
  const [header = '', ...lines] = readSharedText('models', id, 'predictions.csv').trim().split('\n')
  const all = new Map(
    lines.map((line) => {
      const cells = line.trim().split(',')
      return [cells[0] ?? '', cells]
    }),
  )
  const cells = (rows ?? [...all.keys()]).map((row) => all.get(row) ?? [])
  const names = header.trim().split(',')
  return new Map(names.map((name, i) => [name, cells.map((row) => row[i] ?? '')]))
}

const largest = (ours: readonly number[] = [], theirs: readonly string[] = []) =>
  ours.reduce((max, score, i) => Math.max(max, Math.abs(score - Number(theirs[i] ?? Number.NaN))), 0)

describeShared('the reference models', ['models'], () => {
  const all = readSharedJson<readonly { id: string; task: Task }[]>('models', 'index.json')
  const fed = all.filter(({ id }) => id !== 'adult-pipeline')

  test.each(fed)('$id ($task), one matrix, says what is recorded to 1e-5', async ({ id, task }) => {
    const columnOrder = readSharedJson<{ features: string[] }>('models', id, 'model.json').features
    const file = { path: sharedPath('models', id, 'model.onnx'), name: 'model.onnx', columnOrder }
    const lines = readSharedText('models', id, 'features.csv')
      .trim()
      .split('\n', 1 + rowsCompared)
    const features = tableFile(id, `${lines.join('\n')}\n`)
    const ours = await outputs(file, task, features)
    const chosen = lines.slice(1).map((line) => line.split(',')[0] ?? '')
    const theirs = recorded(id, chosen)
    expect(ours[0]).toHaveLength(chosen.length)
    switch (task) {
      case 'binary':
        return expect(largest(ours[1], theirs.get('score'))).toBeLessThan(1e-5)
      case 'regression': {
        // Single precision has seven digits: of a number in the hundreds a hundred-thousandth is the last one.
        const size = Math.max(1, ...(ours[0] ?? []).map(Math.abs))
        return expect(largest(ours[0], theirs.get('y_pred')) / size).toBeLessThan(1e-5)
      }
      case 'multiclass':
        for (const [i, name] of ['Adelie', 'Chinstrap', 'Gentoo'].entries()) {
          expect(largest(ours[i], theirs.get(`score_${name}`))).toBeLessThan(1e-5)
        }
    }
  })

  test('the order of a matrix must be said, for every column', async () => {
    const columnOrder = readSharedJson<{ features: string[] }>('models', 'adult-logreg', 'model.json').features
    const file = { path: sharedPath('models', 'adult-logreg', 'model.onnx'), name: 'model.onnx', columnOrder }
    await expect(openModel({ ...file, columnOrder: null }, protocols.binary)).rejects.toThrow(
      'says which columns in which order',
    )
    await expect(openModel({ ...file, columnOrder: columnOrder.slice(1) }, protocols.binary)).rejects.toThrow(
      'but its signature names',
    )
  })

  test('adult-pipeline, a named input a column, words included, says what is recorded', async () => {
    const theirs = recorded('adult-pipeline')
    const [header = '', ...rows] = readSharedText('data', 'adult', 'adult.csv').trim().split('\n')
    const chosen = theirs.get('row')?.map((row) => rows[Number(row)] ?? '') ?? []
    const file = { path: sharedPath('models', 'adult-pipeline', 'model.onnx'), name: 'model.onnx', columnOrder: null }
    const ours = await outputs(file, 'binary', tableFile('adult', [header, ...chosen].join('\n')))
    expect(ours[1]).toHaveLength(chosen.length)
    expect(largest(ours[1], theirs.get('score'))).toBeLessThan(1e-5)
  })

  test('a model with three classes is refused where two are meant', async () => {
    const path = sharedPath('models', 'penguins-multinomial', 'model.onnx')
    const file = { path, name: 'm', columnOrder: ['bill_depth_mm', 'body_mass_g'] }
    await expect(
      outputs(file, 'binary', tableFile('three', readShared('models', 'penguins-multinomial', 'features.csv'))),
    ).rejects.toThrow('has 3 classes')
  })
})
