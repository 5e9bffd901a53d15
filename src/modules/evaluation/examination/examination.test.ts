import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, test } from 'vitest'
import { exportOnnx } from '../../../../demo/onnx.ts'
import { demoSeed, scoreRow, trainModel } from '../../../../demo/train.ts'
import { datasetCsv, loadWages, splitWages } from '../../../../demo/wages.ts'
import { Protocol } from '../schema.ts'
import { runExamination } from './index.ts'
import type { ExaminationTask } from './task.ts'

const dir = mkdtempSync(join(tmpdir(), 'modelkeep-examination-test-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

const modelOf = (path: string, columnOrder: string[] | null = null, name = 'model.onnx') => ({
  kind: 'model' as const,
  file: { path, name, columnOrder },
})
const limits = { rows: 100_000, memoryMb: 1000, timeMs: 60_000 }
const { training, evaluation } = splitWages(loadWages())
const wageModel = trainModel({ rows: training, mitigated: false, seed: demoSeed })
const wagePath = file('wages.onnx', exportOnnx(wageModel))

function wageTask(change: Partial<Omit<ExaminationTask, 'protocol'>> = {}, protocol: object = {}): ExaminationTask {
  return {
    source: modelOf(wagePath),
    previous: null,
    training: null,
    dataset: { path: file('wages.csv', datasetCsv(evaluation)), name: 'wages', format: 'csv' },
    protocol: Protocol.parse({
      task: 'binary',
      label: 'high_wage',
      positive: 1,
      protected: ['sex', 'ethnicity'],
      bootstrap: 100,
      ...protocol,
    }),
    kinds: ['performance', 'fairness'],
    limits,
    ...change,
  }
}

const examined = (task: ExaminationTask) =>
  runExamination(task, { signal: AbortSignal.timeout(60_000), report: () => {} })

const csvTask = (lines: string[], protocol: object = {}) =>
  wageTask({ dataset: { path: file('given.csv', `${lines.join('\n')}\n`), name: 'given', format: 'csv' } }, protocol)

describe('an examination', () => {
  test('scores as the model itself and measures what follows from the scores, the same every time', async () => {
    const phases = new Set<string>()
    const task = wageTask()
    const findings = await runExamination(task, {
      signal: AbortSignal.timeout(60_000),
      report: (_, phase) => phases.add(phase),
    })
    const [performance, fairness] = findings
    const selected = evaluation.filter((row) => scoreRow(wageModel, row) >= 0.5)
    const right = evaluation.filter((row) => Number(scoreRow(wageModel, row) >= 0.5) === row.high_wage)
    expect(performance).toMatchObject({
      kind: 'performance',
      parameters: { threshold: 0.5, seed: 1, score: { output: 'probabilities', class: 1 } },
      result: { n: 267, figures: { accuracy: { state: 'ok', value: right.length / 267 } } },
    })
    expect(fairness).toMatchObject({
      kind: 'fairness',
      parameters: { protected: ['sex', 'ethnicity'], intersections: true },
      result: { n: 267, rates: { selection_rate: { value: selected.length / 267 } }, attributes: { sex: {} } },
    })
    expect([...phases]).toEqual(['reading the dataset', 'scoring', 'measuring performance', 'measuring fairness'])
    expect(await examined(task)).toEqual(findings)
  })

  test('takes the other probability when the unfavourable label is asked for', async () => {
    const [one] = await examined(wageTask({ kinds: ['performance'] }))
    const [zero] = await examined(wageTask({ kinds: ['performance'] }, { positive: 0 }))
    expect(zero?.parameters).toMatchObject({ score: { class: 0 } })
    const area = (finding: typeof one) => {
      const figures = finding?.result.figures as Record<string, { value: number }> | undefined
      return figures?.roc_auc?.value
    }
    expect(area(zero)).toBeCloseTo(area(one) ?? 0, 10)
  })

  test('measures the same on the same table as Parquet', async () => {
    const path = join(dir, 'wages.parquet')
    const csv = wageTask().dataset.path
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`copy (from read_csv('${csv}')) to '${path}' (format parquet)`)
    connection.closeSync()
    instance.closeSync()
    const parquet = await examined(wageTask({ dataset: { path, name: 'wages', format: 'parquet' } }))
    expect(parquet).toEqual(await examined(wageTask()))
  })

  test('feeds an input from the column that the protocol names', async () => {
    const csv = datasetCsv(evaluation)
    const renamed = csv.replace('education', 'schooling')
    expect(renamed).not.toBe(csv)
    const dataset = { path: file('renamed.csv', renamed), name: 'wages', format: 'csv' as const }
    await expect(examined(wageTask({ dataset }))).rejects.toThrow('no column "education"')
    const mapped = await examined(wageTask({ dataset }, { inputs: { education: 'schooling' } }))
    // What it says of columns has the names of the table.
    const unmapped = JSON.stringify((await examined(wageTask())).map(({ result }) => result)).replaceAll(
      '"education"',
      '"schooling"',
    )
    expect(mapped.map(({ result }) => result)).toEqual(JSON.parse(unmapped))
  })

  test('is ended by its signal, by its time and by its memory', async () => {
    const stop = new AbortController()
    const run = runExamination(wageTask(), { signal: stop.signal, report: () => stop.abort(new Error('cancelled')) })
    await expect(run).rejects.toThrow('cancelled')
    await expect(examined(wageTask({ limits: { ...limits, timeMs: 1 } }))).rejects.toThrow('took longer than')
    const little = wageTask({ limits: { ...limits, memoryMb: 80 } })
    await expect(examined(little)).rejects.toThrow('needed more than 80 MB of memory')
  })
})

describe('an examination is refused, with the reason, when', () => {
  const header = datasetCsv(evaluation).split('\n').slice(0, 40)
  const replaced = (column: string, value: string, rows = 1) => {
    const at = (header[0] ?? '').split(',').indexOf(column)
    return header.map((line, i) => (i > 0 && i <= rows ? line.split(',').with(at, value).join(',') : line))
  }
  test.each<[string, () => ExaminationTask, string]>([
    ['the label column is missing', () => wageTask({}, { label: 'rich' }), 'the dataset wages has no column "rich"'],
    ['a protected column is missing', () => wageTask({}, { protected: ['age group'] }), 'has no column "age group"'],
    ['nothing is protected', () => wageTask({}, { protected: [] }), 'names no protected attribute'],
    ['no row is favourable', () => wageTask({}, { positive: 'yes' }), 'no row has the favourable value "yes"'],
    ['all rows are favourable', () => csvTask(replaced('high_wage', '1', 99)), 'every row has the value "1"'],
    [
      'a label is missing',
      () => csvTask(replaced('high_wage', '')),
      'label column "high_wage" has no value in one row',
    ],
    ['words stand among numbers', () => csvTask(replaced('education', 'ten', 3)), 'must hold numbers, but in 3 rows'],
    ['a group is a number', () => wageTask({}, { protected: ['wage'] }), '"wage" has more than 50 groups'],
    ['there are no rows', () => csvTask(header.slice(0, 1)), 'has no rows'],
    ['there are too many rows', () => wageTask({ limits: { ...limits, rows: 100 } }), 'has more than 100 rows'],
    ['an input that is mapped is none', () => wageTask({}, { inputs: { iq: 'wage' } }), 'maps the input "iq"'],
    [
      'the dataset is not a table',
      () => wageTask({ dataset: { path: wagePath, name: 'wages', format: 'parquet' } }),
      'cannot be read as Parquet',
    ],
    [
      'the model is not ONNX',
      () => wageTask({ source: modelOf(file('text.onnx', 'not a model'), null, 'text.onnx') }),
      'text.onnx cannot be opened as an ONNX model',
    ],
  ])('%s', async (_, task, message) => {
    await expect(examined(task())).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(message),
    })
  })

  test('the paths of this machine stay out of what it says', async () => {
    const task = wageTask({ dataset: { path: wagePath, name: 'wages', format: 'parquet' } })
    await expect(examined(task)).rejects.toThrow(expect.not.stringContaining(dir))
  })
})
