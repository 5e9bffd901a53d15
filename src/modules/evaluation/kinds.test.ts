import { expect, test } from 'vitest'
import { exportOnnx } from '../../../demo/onnx.ts'
import { demoSeed, trainModel } from '../../../demo/train.ts'
import { datasetCsv, loadWages, splitWages } from '../../../demo/wages.ts'
import { testApp } from '../../testing/app.ts'
import { givenExamined } from '../../testing/examined.ts'
import {
  EvidenceKind,
  ExplanationResult,
  MitigationResult,
  PrivacyResult,
  RobustnessResult,
  SlicesResult,
  VersionComparison,
} from './schema.ts'

const { training, evaluation: rows } = splitWages(loadWages())
const onnx = exportOnnx(trainModel({ rows: training, mitigated: false, seed: demoSeed }))
/** Small settings: what is measured is the same. */
const quick = {
  bootstrap: 20,
  explanation: { repeats: 2, rows: 100, background: 5, explained: 3, dependence: 2, curves: 2 },
  robustness: {
    kinds: ['swapped'],
    rows: 100,
    resamples: 20,
    rules: [{ column: 'education', direction: 'up', expect: 'not_lower' }],
  },
}
const wages = { task: 'binary', label: 'high_wage', positive: 1, protected: ['sex', 'ethnicity'], ...quick }

test('the server examines a model in every respect, and each finding gives the same digest again', async () => {
  const app = await testApp()
  const { dataset, protocol, evaluate, reproduce, developer } = await givenExamined(app, {
    files: { 'model/model.onnx': onnx },
  })
  const [evaluationData, trainingData] = [await dataset(datasetCsv(rows)), await dataset(datasetCsv(training), 'train')]
  await protocol({
    ...wages,
    privacy: { training: trainingData },
    limits: [
      { evidence: 'robustness', figure: 'rules', is: 'at_most', limit: 0 },
      { evidence: 'performance', figure: 'figures.roc_auc', is: 'at_least', limit: 0.5 },
      { evidence: 'performance', figure: 'figures.roc_auc', is: 'at_least', limit: 0.99 },
    ],
  })
  const found = await evaluate({ dataset: evaluationData, kinds: EvidenceKind.options })
  if (typeof found === 'string') throw new Error(found)
  expect(Object.keys(found).sort()).toEqual([...EvidenceKind.options].sort())

  const mitigation = MitigationResult.parse(found.mitigation?.result)
  expect(mitigation.attributes.sex?.reweighing).toHaveLength(4)
  expect(mitigation.attributes.sex?.plans.map(({ constraint }) => constraint)).toContain('equalized_odds')
  expect(SlicesResult.parse(found.slices?.result)).toMatchObject({ n: 267, loss: 'log_loss', regressions: null })
  const explanation = ExplanationResult.parse(found.explanation?.result)
  expect(explanation.importance.features[0]?.feature).toBe('education')
  expect(explanation.shapley).toMatchObject({ method: 'exact_coalitions', additivity: { holds: true } })
  expect(explanation.dependence).toHaveLength(2)
  const robustness = RobustnessResult.parse(found.robustness?.result)
  expect(robustness.rules[0]).toMatchObject({ violated: { value: 0 }, worst: [] })
  const privacy = PrivacyResult.parse(found.privacy?.result)
  expect(privacy.membership).toMatchObject({ n: { train: 267, holdout: 267 }, auc: { state: 'ok' } })
  expect(found.privacy?.inputs.map(({ role }) => role)).toEqual(['model', 'dataset', 'protocol', 'training'])

  expect(found.performance?.result.limits).toMatchObject([{ passes: true }, { passes: false, limit: 0.99 }])
  expect(found.robustness?.result.limits).toMatchObject([
    { passes: null, reason: expect.stringContaining('no figure') },
  ])

  const { calibration_slope, calibration_intercept } = Object(found.performance?.result.figures)
  for (const figure of [calibration_slope, calibration_intercept]) expect(figure.low).toBeLessThan(figure.high)
  const { attributes, individual } = Object(found.fairness?.result)
  expect(individual).toMatchObject({
    consistency: { state: 'ok' },
    rows: 267,
    features: expect.arrayContaining(['education', 'experience']),
  })
  expect(individual.features).not.toContain('sex')
  expect(individual.consistency.value).toBeGreaterThan(0.5)
  const { thresholds, groups, differential } = attributes.sex
  const present = thresholds.cuts.indexOf(thresholds.present)
  for (const { group, selected, n_pos, counts } of groups) {
    const moved = thresholds.groups.find((each: { group: string }) => each.group === group)
    expect(moved.n_pos).toBe(n_pos)
    expect([moved.selected[present], moved.tp[present]]).toEqual([selected, counts.tp])
  }
  expect(differential.amplification.value).toBeCloseTo(differential.decisions.value - differential.labels.value, 12)

  for (const kind of ['fairness', 'performance', 'slices', 'privacy'] as const) {
    expect(await reproduce(found[kind])).toMatchObject({ outcome: 'identical', digest: found[kind]?.digest })
  }

  const csv = await developer.get(`/evidence/${found.mitigation?.id}/tables/weights`)
  expect(csv.headers['content-type']).toContain('text/csv')
  expect(csv.text.split('\r\n')[0]).toBe('attribute,group,label,n,weight')
  expect(csv.text.trim().split('\r\n').length).toBeGreaterThan(8)
  const impact = await developer.get(`/evidence/${found.fairness?.id}/tables/impact`)
  expect(impact.text).toContain('sex|ethnicity')
  expect((await developer.get(`/evidence/${found.fairness?.id}/tables/weights`)).status).toBe(404)
  const tables = {
    performance: ['figures', 'roc', 'calibration', 'lift', 'confusion'],
    fairness: ['groups', 'tests', 'thresholds', 'confusion'],
    mitigation: ['plans'],
  }
  for (const [kind, names] of Object.entries(tables)) {
    for (const name of names) {
      const table = await developer.get(`/evidence/${found[kind]?.id}/tables/${name}`)
      expect(table.text.split('\r\n').length, `${kind} ${name}`).toBeGreaterThan(2)
    }
  }
  const outsider = await app.as([{ role: 'validator', model: 'other' }])
  expect((await outsider.get(`/evidence/${found.fairness?.id}/tables/impact`)).status).toBe(403)

  const same = VersionComparison.parse((await developer.get('/models/examined/compare?a=1&b=1')).json())
  expect(same.kinds).toHaveLength(EvidenceKind.options.length)
  expect(same.kinds.every(({ differs }) => differs.length === 0)).toBe(true)
  expect(same.figures.some(({ decisive, difference }) => decisive || (difference?.value ?? 0) !== 0)).toBe(false)
  expect(new Set(same.figures.map(({ kind }) => kind))).toEqual(
    new Set(['performance', 'fairness', 'robustness', 'privacy']),
  )
  expect((await outsider.get('/models/examined/compare?a=1&b=1')).status).toBe(403)
  expect((await developer.get('/models/examined/compare?a=1&b=7')).status).toBe(404)
  expect((await developer.get('/models/examined/compare?a=1&b=two')).status).toBe(400)
})

test('one decision is explained by its id, and the trail says who asked but not what the row holds', async () => {
  const app = await testApp()
  const { dataset, protocol, developer, version } = await givenExamined(app, { files: { 'model/model.onnx': onnx } })
  const lines = datasetCsv(rows).trim().split('\n')
  const numbered = lines.map((line, i) => (i === 0 ? `case_id,${line}` : `case-${i},${line}`))
  const digest = await dataset(`${numbered.join('\n')}\n`)
  await protocol({ ...wages, id: 'case_id', fixed: ['experience'] })
  const path = '/models/examined/versions/1/explain'
  const auditor = await app.as('auditor')
  const reply = await auditor.post(path, { dataset: digest, id: 'case-4' })
  expect(reply.status, reply.text).toBe(200)
  const { result } = reply.json()
  expect(result).toMatchObject({ row: 3, threshold: 0.5, fixed: ['experience', 'sex', 'ethnicity'] })
  const total = result.reasons.codes.reduce(
    (sum: number, { contribution }: { contribution: number }) => sum + contribution,
    result.reasons.base,
  )
  expect(total).toBeCloseTo(result.prediction, 6)
  expect(result.reasons.codes[0].sentence).toMatch(/ (raises|lowers) the probability of the favourable class by /)
  for (const { changes, prediction } of result.counterfactuals) {
    expect(prediction >= 0.5).toBe(!result.favourable)
    for (const { feature } of changes) expect(['experience', 'sex', 'ethnicity']).not.toContain(feature)
  }
  expect((await auditor.post(path, { dataset: digest, row: 3 })).json().digest).toBe(reply.json().digest)

  const [event] = (await app.trail(`version:${version.id}`)).filter(({ action }) => action === 'decision.explained')
  expect(event?.actor.id).toBe(auditor.person.id)
  expect(event?.detail).toEqual({
    dataset: digest,
    protocol: expect.any(String),
    kinds: ['reasons', 'counterfactuals'],
    digest: reply.json().digest,
    by: 'case_id',
  })

  const refused = async (body: object) => (await developer.post(path, { dataset: digest, ...body })).json().detail
  expect(await refused({ id: 'nobody' })).toContain('no row has the value')
  expect(await refused({ row: 9999 })).toContain('has 267 rows')
  expect(await refused({})).toContain('say which row')
  expect(await refused({ column: 'sex', id: 'female' })).toContain('several rows')
  expect(
    (await (await app.as([{ role: 'validator', model: 'other' }])).post(path, { dataset: digest, row: 1 })).status,
  ).toBe(403)
})

test('reason codes that evidence keeps are found by the decision’s id, and the trail says who looked', {
  timeout: 60_000,
}, async () => {
  const app = await testApp()
  const { dataset, protocol, evaluate, reproduce, developer, version } = await givenExamined(app, {
    files: { 'model/model.onnx': onnx },
  })
  const lines = datasetCsv(rows).trim().split('\n')
  // The first two rows share an id, which therefore names no decision.
  const numbered = lines.map((line, i) => (i === 0 ? `case_id,${line}` : `case-${Math.max(i, 2)},${line}`))
  const digest = await dataset(`${numbered.join('\n')}\n`)
  await protocol({ ...wages, id: 'case_id', explanation: { ...quick.explanation, decisions: 300 } })
  const found = await evaluate({ dataset: digest, kinds: ['explanation'] })
  if (typeof found === 'string') throw new Error(found)
  const evidence = found.explanation
  const { decisions } = ExplanationResult.parse(evidence?.result)
  expect(decisions).toMatchObject({ column: 'case_id', n: 265, of: 267 })
  expect(JSON.stringify(evidence)).not.toContain('case-4')
  expect(await reproduce(evidence)).toMatchObject({ outcome: 'identical' })

  const path = '/models/examined/versions/1/explain'
  const auditor = await app.as('auditor')
  const kept = (await auditor.post(path, { id: 'case-4', kinds: ['reasons'] })).json()
  expect(kept).toMatchObject({ dataset: digest, evidence: evidence?.id, result: { row: 3, counterfactuals: null } })
  const wish = { dataset: digest, id: 'case-4', kinds: ['reasons'] }
  const computed = (await auditor.post(path, { ...wish, anew: true })).json()
  expect(computed.evidence).toBeNull()
  expect(kept.result.reasons.codes).toEqual(computed.result.reasons.codes)
  expect((await auditor.post(path, wish)).json()).toEqual(kept)
  expect((await auditor.post(path, { id: 'case-2', kinds: ['reasons'] })).json().detail).toContain('name the dataset')

  const looked = (await app.trail(`evidence:${evidence?.id}`)).filter(({ action }) => action === 'decision.explained')
  expect(looked.map(({ actor, subject }) => [actor.id, subject])).toEqual(
    Array(2).fill([auditor.person.id, `version:${version.id}`]),
  )
  expect(JSON.stringify(looked)).not.toContain('case-4')
  const outsider = await app.as([{ role: 'validator', model: 'other' }])
  expect((await outsider.post(path, { id: 'case-4', kinds: ['reasons'] })).status).toBe(403)

  const { writer } = app.workspaces.get('main')?.connection ?? {}
  await writer?.commit((tx) =>
    tx
      .updateTable('evidence_decision')
      .set({ content: JSON.stringify({ ...kept.result, prediction: 0.99 }) })
      .where('decision', '=', 'case-4')
      .execute(),
  )
  const touched = await developer.post(path, { id: 'case-9', kinds: ['reasons'] })
  expect(touched.status).toBe(409)
})

const scored = [
  'person,sex,y,score',
  ...Array.from(
    { length: 200 },
    (_, i) => `p${i},${i % 2 ? 'f' : 'm'},${i % 4 < 2 ? 'yes' : 'no'},${((i * 37) % 100) / 100}`,
  ),
].join('\n')

test('a prediction table is enough: no model is needed, and the evidence names the table', async () => {
  const app = await testApp()
  const { dataset, protocol, evaluate, reproduce, developer } = await givenExamined(app, {
    files: { 'model/weights.bin': 'x' },
  })
  const digest = await dataset(scored)
  const guess = (await developer.post('/models/examined/protocol/guess', { dataset: digest })).json()
  expect(guess).toMatchObject({
    source: 'predictions',
    protocol: {
      task: 'binary',
      label: 'y',
      positive: 'yes',
      protected: ['sex'],
      prediction: { score: 'score' },
      id: 'person',
    },
  })
  expect(guess.reasons.map(({ field }: { field: string }) => field)).toContain('positive')
  expect((await developer.get(`/models/examined/protocol/guess?dataset=${digest}`)).json()).toEqual(guess)
  await protocol({ ...guess.protocol, bootstrap: 20 })
  const found = await evaluate({
    dataset: digest,
    source: { kind: 'predictions' },
    kinds: ['performance', 'fairness', 'mitigation', 'slices'],
  })
  if (typeof found === 'string') throw new Error(found)
  expect(found.performance?.inputs.map(({ role }) => role)).toEqual(['predictions', 'protocol'])
  expect(found.performance?.inputs[0]?.digest).toBe(digest)
  expect(found.performance?.method.parameters).toMatchObject({ score: { column: 'score' } })
  expect(found.performance?.result).toMatchObject({ n: 200, figures: { roc_auc: { state: 'ok' } } })
  expect(await reproduce(found.fairness)).toMatchObject({ outcome: 'identical' })
  expect(await evaluate({ dataset: digest, source: { kind: 'predictions' }, kinds: ['explanation'] })).toContain(
    'needs the model itself',
  )
})

test('a strange table gets a result or a sentence', { timeout: 60_000 }, async () => {
  const app = await testApp()
  const { dataset, protocol, evaluate } = await givenExamined(app, { files: { 'model/weights.bin': 'x' } })
  await protocol({
    task: 'binary',
    label: 'y',
    positive: 1,
    protected: ['g'],
    prediction: { score: 's' },
    bootstrap: 0,
  })
  const made = (n: number, row: (i: number) => string) =>
    dataset(['g,y,s,x,z', ...Array.from({ length: n }, (_, i) => row(i))].join('\n'))
  const examine = async (digest: string) => evaluate({ dataset: digest, source: { kind: 'predictions' } })
  const refused: [rows: number, row: (i: number) => string, because: string][] = [
    [1, () => 'a,1,0.5,1,', 'every row has the value'],
    [20, (i) => `a,0,0.${i % 9},1,`, 'no row has the favourable value'],
    [20, (i) => `a,${i % 2},${i === 3 ? 'NaN' : 0.5},1,`, 'has no number in row 4'],
  ]
  for (const [rows, row, because] of refused) expect(await examine(await made(rows, row))).toContain(because)
  // One group has a single row, scores tie, one column never changes and another has no value at all.
  const found = await examine(await made(60, (i) => `${i === 0 ? '' : 'many'},${i % 2},0.${5 + (i % 2)},7,`))
  if (typeof found === 'string') throw new Error(found)
  expect(found.performance?.result).toMatchObject({ n: 60, figures: { roc_auc: { value: 1 } } })
  expect(JSON.stringify(found.fairness?.result)).toContain('"state":"suppressed"')
})

test('tables that mlflow.log_table wrote are read from the run, for several classes and for numbers', async () => {
  const app = await testApp()
  const kinds3 = ['a', 'b', 'c']
  const classes = Array.from({ length: 90 }, (_, i) => [
    kinds3[i % 3] ?? '',
    kinds3[(i + (i % 10 === 0 ? 1 : 0)) % 3] ?? '',
  ])
  const numbers = Array.from({ length: 60 }, (_, i) => ({ truth: i, predicted: i + (i % 3) - 1 }))
  const { protocol, evaluate, reproduce } = await givenExamined(app, {
    files: {
      'model/weights.bin': 'x',
      'tables/classes.json': JSON.stringify({ columns: ['truth', 'said'], data: classes }),
      'tables/numbers.json': JSON.stringify(numbers),
      'tables/broken.json': '{"columns": 3}',
    },
  })
  const from = (artifact: string, kinds = ['performance']) => ({ source: { kind: 'predictions', artifact }, kinds })
  await protocol({ task: 'multiclass', label: 'truth', prediction: { label: 'said' } })
  const several = await evaluate(from('tables/classes.json'))
  if (typeof several === 'string') throw new Error(several)
  expect(several.performance?.result).toMatchObject({
    task: 'multiclass',
    labels: ['a', 'b', 'c'],
    figures: { accuracy: { value: 0.9 } },
  })
  expect(several.performance?.inputs[0]).toMatchObject({ role: 'predictions', name: 'tables/classes.json' })
  expect(await reproduce(several.performance)).toMatchObject({ outcome: 'identical' })

  await protocol({ task: 'regression', label: 'truth', prediction: { value: 'predicted' } })
  const number = await evaluate(from('tables/numbers.json'))
  if (typeof number === 'string') throw new Error(number)
  expect(number.performance?.result).toMatchObject({ task: 'regression', n: 60, figures: { mae: { value: 40 / 60 } } })

  expect(await evaluate(from('tables/broken.json'))).toContain('cannot be read as a JSON table')
  expect(await evaluate(from('tables/none.json'))).toContain('tables/none.json')
  expect(await evaluate(from('model/weights.bin'))).toContain('must end in .csv, .parquet or .json')
})

test('scores without labels give selection rates by group, and nothing that needs a label', async () => {
  const app = await testApp()
  const { dataset, protocol, evaluate } = await givenExamined(app, { files: { 'model/weights.bin': 'x' } })
  await protocol({ task: 'scores', threshold: 0.5, protected: ['sex'], prediction: { score: 'score' }, bootstrap: 20 })
  const table = { dataset: await dataset(scored), source: { kind: 'predictions' } }
  const found = await evaluate({ ...table, kinds: ['fairness'] })
  if (typeof found === 'string') throw new Error(found)
  const { attributes } = (found.fairness?.result ?? {}) as {
    attributes: { sex: { groups: { rates: object }[]; impact: object[] } }
  }
  expect(Object.keys(attributes.sex.groups[0]?.rates ?? {})).toEqual(['selection_rate'])
  expect(attributes.sex.impact).toHaveLength(2)
  expect(await evaluate({ ...table, kinds: ['performance'] })).toContain('scores without labels')
})

test('an old protocol keeps its digest, and what makes no sense is refused', async () => {
  const app = await testApp()
  const { protocol, developer } = await givenExamined(app, { files: { 'model/weights.bin': 'x' } })
  const { digest, protocol: stored } = await protocol({ task: 'binary', label: 'y', positive: 1 })
  expect(stored).toEqual({
    task: 'binary',
    label: 'y',
    positive: 1,
    threshold: 0.5,
    inputs: {},
    protected: [],
    intersections: true,
    confidence: 0.95,
    seed: 1,
    bootstrap: 1000,
  })
  expect(digest).toBe('sha256:6f84380da1854e408aac24d200aa044349cadb6391a4d6037861c41d7450d43b')
  const refused = async (body: object) => (await developer.put('/models/examined/protocol', body)).status
  expect(await refused({ task: 'ranking', label: 'y' })).toBe(400)
  expect(await refused({ task: 'regression', label: 'y', positive: 1 })).toBe(400)
  expect(await refused({ task: 'binary', label: 'y', positive: 1, explanation: { repeats: 1 } })).toBe(400)
})
