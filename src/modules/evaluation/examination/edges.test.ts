import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type EvidenceKind, Protocol } from '../schema.ts'
import { examine } from './examine.ts'
import type { Finding, TableFile } from './task.ts'

const dir = mkdtempSync(join(tmpdir(), 'modelkeep-edges-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const limits = { rows: 100_000, memoryMb: 8000, timeMs: 60_000 }
const binary = { task: 'binary', label: 'y', positive: 1, protected: ['g'], prediction: { score: 's' }, bootstrap: 10 }
const all: EvidenceKind[] = ['performance', 'fairness', 'mitigation', 'slices', 'privacy']

async function examined(
  lines: readonly string[],
  {
    protocol = {},
    kinds = all,
    format = 'csv',
  }: { protocol?: object; kinds?: EvidenceKind[]; format?: TableFile['format'] } = {},
): Promise<Finding[]> {
  const path = join(dir, `table.${format}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return examine(
    {
      source: { kind: 'predictions' },
      dataset: { path, name: 'table', format },
      protocol: Protocol.parse({ ...binary, ...protocol }),
      kinds,
      previous: null,
      training: null,
      limits,
    },
    { tempDir: dir },
  )
}

const table = (n: number, row: (i: number) => string, header = 'g,y,s,x') => [
  header,
  ...Array.from({ length: n }, (_, i) => row(i)),
]
const ordinary = (i: number) => `${i % 3},${i % 2},${(i % 10) / 10},${i % 7}`

/** Nothing of a result is NaN or infinite: JSON has it as null where a number is meant. */
function hasNumbersOnly(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(hasNumbersOnly)
}

describe('a result, with what cannot be said named, comes from', () => {
  test.each<[string, string[], object?]>([
    ['one class in a group', table(60, (i) => `${i < 30 ? 'a' : 'b'},${i < 30 ? 1 : i % 2},${(i % 10) / 10},1`)],
    ['a column that never changes', table(60, (i) => `a,${i % 2},0.5,7`)],
    ['a column without a single value', table(60, (i) => `${i % 2},${i % 2},${(i % 10) / 10},`)],
    ['scores that are all the same', table(60, (i) => `${i % 2},${i % 2},0.5,${i}`)],
    ['a group with one row', table(60, (i) => `${i === 0 ? 'lonely' : 'many'},${i % 2},${(i % 10) / 10},${i}`)],
    ['two rows', table(2, ordinary)],
    ['words that look like numbers', table(60, (i) => `${i % 2},${i % 2},${(i % 10) / 10},0${i}x`)],
  ])('%s', async (_, lines) => {
    const findings = await examined(lines)
    expect(findings.map(({ kind }) => kind)).toEqual(all)
    for (const { result } of findings) expect(hasNumbersOnly(result)).toBe(true)
  })

  test('ten thousand columns', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`)
    const lines = [
      `g,y,s,${names.join()}`,
      ...Array.from({ length: 12 }, (_, i) => `${i % 2},${i % 2},0.${i % 9},${names.map(() => i).join()}`),
    ]
    const [performance] = await examined(lines, { kinds: ['performance', 'slices'] })
    expect(performance?.result).toMatchObject({ n: 12 })
  })

  test('predicted labels alone, without figures that need a score', async () => {
    const lines = table(60, (i) => `${i % 2},${i % 2},${i % 3 === 0 ? 1 : 0},1`)
    const [finding] = await examined(lines, { protocol: { prediction: { label: 's' } }, kinds: ['performance'] })
    expect(finding?.result.figures).toMatchObject({
      accuracy: { state: 'ok' },
      roc_auc: { state: 'undefined', reason: 'the table has predicted labels, and no scores' },
    })
  })

  test('several classes with a score each, and one that the model never says', async () => {
    const lines = table(
      90,
      (i) => `${i % 2},${'abc'[i % 3]},${i % 3 === 0 ? 0.8 : 0.1},${i % 3 === 1 ? 0.7 : 0.2}`,
      'g,y,pa,pb',
    )
    const protocol = { task: 'multiclass', positive: 'a', prediction: { scores: { a: 'pa', b: 'pb' } } }
    const { task, positive, prediction } = protocol
    const path = { label: 'y', protected: ['g'], bootstrap: 10 }
    const file = join(dir, 'several.csv')
    writeFileSync(file, `${lines.join('\n')}\n`)
    const [performance, fairness, slices] = await examine(
      {
        source: { kind: 'predictions' },
        dataset: { path: file, name: 'several', format: 'csv' },
        protocol: Protocol.parse({ task, positive, prediction, ...path }),
        kinds: ['performance', 'fairness', 'slices'],
        previous: null,
        training: null,
        limits,
      },
      { tempDir: dir },
    )
    expect(performance?.result).toMatchObject({ labels: ['a', 'b', 'c'], n: 90 })
    expect(fairness?.result).toMatchObject({ rates: { selection_rate: { value: 1 / 3 } } })
    expect(slices?.result.slices).toMatchObject([])
  })
})

describe('a clear refusal comes from', () => {
  test.each<[string, string[], object, string]>([
    ['one row', table(1, () => '1,1,0.5,1'), {}, 'every row has the value "1"'],
    ['no row', table(0, ordinary), {}, 'has no rows'],
    ['one class', table(20, (i) => `${i % 2},0,0.5,1`), {}, 'no row has the favourable value'],
    ['a missing score', table(20, (i) => `${i % 2},${i % 2},,1`), {}, 'has no number in row 1'],
    [
      'a score that is NaN',
      table(20, (i) => `${i % 2},${i % 2},${i === 3 ? 'NaN' : 0.5},1`),
      {},
      'has no number in row 4',
    ],
    ['a score that is a word', table(20, (i) => `${i % 2},${i % 2},high,1`), {}, 'must hold numbers'],
    ['an unsaid column of scores', table(20, ordinary), { prediction: {} }, 'does not say which column'],
    ['a column of scores that is not there', table(20, ordinary), { prediction: { score: 'p' } }, 'has no column "p"'],
  ])('%s', async (_, lines, protocol, message) => {
    await expect(examined(lines, { protocol })).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(message),
    })
  })

  test('a file that is not what it says', async () => {
    await expect(examined(['PK nonsense'], { format: 'parquet' })).rejects.toThrow('cannot be read as Parquet')
    await expect(examined(['{"a":'], { format: 'json' })).rejects.toThrow('cannot be read as a JSON table')
    await expect(examined(['[]'], { format: 'json' })).rejects.toThrow('cannot be read as a JSON table')
  })
})
