import { expect, test } from 'vitest'
import type { Digest } from '../../lib/ids.ts'
import { compareVersions } from './compare.ts'
import type { Evidence, EvidenceKind } from './schema.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as Digest
const figure = (value: number, half: number) => ({ state: 'ok', value, low: value - half, high: value + half })

function evidence(kind: EvidenceKind, result: Evidence['result'], data = 'd'): Evidence {
  return {
    id: 'evi_000000000000000000000001',
    kind,
    subject: { type: 'version', id: 'ver', digest: digest('a') },
    inputs: [{ role: 'dataset', name: 'table', digest: digest(data) }],
    method: { name: `modelkeep.${kind}`, version: '2', parameters: { seed: 1 } },
    result,
    source: 'server',
    collected_at: '2026-01-01T00:00:00.000Z',
    valid_until: null,
    collected_by: 'server',
    digest: digest('e'),
  }
}

const limits = [
  {
    evidence: 'performance',
    figure: 'figures.*',
    is: 'at_least',
    limit: 0.5,
    passes: true,
    value: 0.6,
    of: null,
    reason: null,
  },
  {
    evidence: 'performance',
    figure: 'figures.recall',
    is: 'at_least',
    limit: 0.8,
    passes: false,
    value: 0.79,
    of: null,
    reason: null,
  },
]
const before = { figures: { recall: figure(0.81, 0.05), roc_auc: figure(0.7, 0.01), brier: figure(0.1, 0.01) } }
const after = {
  figures: {
    recall: figure(0.79, 0.05),
    roc_auc: figure(0.8, 0.01),
    brier: figure(0.101, 0.01),
    ece: figure(0.1, 0.1),
  },
  limits,
}

test('a crossed limit comes first, then what chance does not explain, then the rest', () => {
  const { figures, kinds } = compareVersions(
    'm',
    { version: 1, evidence: [evidence('performance', before)] },
    { version: 2, evidence: [evidence('performance', after)] },
  )
  expect(kinds).toMatchObject([{ kind: 'performance', differs: [] }])
  expect(figures.map(({ figure: path, decisive, better }) => [path, decisive, better])).toEqual([
    ['figures.recall', false, 'higher'],
    ['figures.roc_auc', true, 'higher'],
    ['figures.brier', false, 'lower'],
  ])
  expect(figures[0]?.limit).toEqual({ is: 'at_least', limit: 0.8, a: true, b: false, crossed: true })
  expect(figures[1]?.limit).toMatchObject({ limit: 0.5, crossed: false })
  const { value, low, high } = Object(figures[1]?.difference)
  expect(value).toBeCloseTo(0.1, 12)
  expect([low, high]).toEqual([expect.closeTo(0.1 - Math.SQRT2 / 100, 9), expect.closeTo(0.1 + Math.SQRT2 / 100, 9)])
  expect(figures.every(({ basis }) => basis === 'intervals')).toBe(true)
})

test('evidence on other data is compared, and said to be on other ground; the same ground is preferred', () => {
  const b = { version: 2, evidence: [evidence('performance', after)] }
  const other = evidence('performance', before, 'x')
  expect(compareVersions('m', { version: 1, evidence: [other] }, b).kinds[0]?.differs).toEqual(['dataset'])
  const both = [other, evidence('performance', before)]
  expect(compareVersions('m', { version: 1, evidence: both }, b).kinds[0]?.differs).toEqual([])
})

test('slices that were measured on the rows of that version are paired, with the p of their test', () => {
  const changes = [{ column: 'age', label: '30 to 40', n: 50, before: 0.3, after: 0.5, change: 0.2, p: 0.01 }]
  const slices = evidence('slices', {
    n: 100,
    searched: 100,
    loss: 'log_loss',
    columns: ['age'],
    slices: [],
    looked_at: 3,
    mean_loss: 0.4,
    regressions: { version: 1, before: 0.3, after: 0.4, changes },
    no_regressions: null,
  })
  const b = { version: 2, evidence: [slices] }
  expect(compareVersions('m', { version: 1, evidence: [] }, b).figures).toMatchObject([
    { figure: 'regressions.[age 30 to 40].loss', basis: 'paired', decisive: true, p: 0.01, difference: { value: 0.2 } },
  ])
  expect(compareVersions('m', { version: 3, evidence: [] }, b).figures).toEqual([])
})

test('intervals of a number and of several classes hold the figure, and need no more than the seed', async () => {
  const { multiclassIntervals, multiclassPerformance, regressionIntervals, regressionPerformance } = await import(
    './metrics/index.ts'
  )
  const y = Float64Array.from({ length: 200 }, (_, i) => i % 17)
  const predicted = y.map((value, i) => value + ((i * 7) % 5) - 2)
  const once = regressionIntervals(y, predicted, { seed: 3, rounds: 200 })
  expect(regressionIntervals(y, predicted, { seed: 3, rounds: 200 })).toEqual(once)
  const { figures } = regressionPerformance(y, predicted)
  for (const [name, { low, high }] of Object.entries(once)) {
    const { value } = Object(figures[name as keyof typeof figures])
    expect(low, name).toBeLessThan(value)
    expect(high, name).toBeGreaterThan(value)
  }
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3)
  const said = labels.map((label, i) => (i % 4 === 0 ? (label + 1) % 3 : label))
  const several = multiclassPerformance({ labels: ['a', 'b', 'c'], y: labels, predicted: said })
  const intervals = multiclassIntervals(several.confusion, { seed: 3, rounds: 200 })
  for (const name of ['f1_macro', 'balanced_accuracy', 'mcc', 'cohen_kappa', 'precision_weighted']) {
    const { value } = Object(several.figures[name])
    expect(intervals[name]?.low, name).toBeLessThan(value)
    expect(intervals[name]?.high, name).toBeGreaterThan(value)
  }
})
