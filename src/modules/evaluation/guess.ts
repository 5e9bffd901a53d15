import { z } from 'zod'
import type { ModelVersion } from '../registry/schema.ts'
import type { ColumnFacts } from './examination/index.ts'
import { columnOrderOf } from './model-file.ts'
import { type PredictionColumns, Protocol, type ProtocolGuess } from './schema.ts'

type Reason = ProtocolGuess['reasons'][number]

const scoreNames =
  /^(y_?)?(pred(icted|iction)?s?_?)?(score|scores|prob|proba|probability|risk_score)(_?(1|pos|positive))?$/i
const labelNames = /^(y_?)?(pred|predicted|prediction|predictions|hat|output)(_?(label|class|value|y))?$/i
const classScore = /^(?:prob|proba|probability|score|p)_(.+)$/i
const truthNames = /^(label|target|y|y_true|truth|true_label|ground_truth|actual|outcome|class)$/i
const idNames = /^(id|uuid|key|row|index|.*_(id|uuid|key))$/i
const protectedNames =
  /^(sex|gender|male|female|race|ethnicity|ethnic_group|religion|nationality|national_origin|disability|age_?(group|cat|category|band|bracket)|age|marital_?status)$/i
const favourableWords = /^(1|1\.0|true|yes|y|positive|pos|good|approved|accepted|>50k|paid|pass|passed)$/i
const mostGroups = 50
/** A number with more values, such as an age in years, is no group. */
const mostNumbers = 12
const mostClasses = 20
const mostProtected = 8

const OnnxInputs = z.looseObject({ inputs: z.array(z.looseObject({ name: z.string() })) })
const Outputs = z.array(z.looseObject({ name: z.string() }))

/** What columns and signature say about how a model is examined, with a reason for each guess. */
export function guessProtocol(
  columns: readonly ColumnFacts[],
  version: ModelVersion | undefined,
): Pick<ProtocolGuess, 'protocol' | 'source' | 'reasons'> {
  const reasons: Reason[] = []
  const note = (field: string, value: Reason['value'], sure: Reason['sure'], reason: string) =>
    reasons.push({ field, value, reason, sure })
  const inputs = version ? inputsOf(version) : []
  const isFed = inputs.length > 0 && inputs.every((name) => columns.some((column) => column.name === name))
  const unique = columns.filter(isUnique)
  const id = (unique.find(({ name }) => idNames.test(name)) ?? unique.find(({ numeric }) => !numeric))?.name
  if (id !== undefined) note('id', id, idNames.test(id) ? 'likely' : 'guess', 'no two rows have the same value')

  const prediction = predictionsIn(columns.filter(({ name }) => !inputs.includes(name)))
  const taken = new Set([...valuesOf(prediction), ...(id === undefined ? [] : [id])])
  const isPredicted = prediction !== undefined && !isFed
  const source = isPredicted ? 'predictions' : 'model'
  note(
    'source',
    source,
    isFed || isPredicted ? 'yes' : 'guess',
    isFed
      ? 'the dataset has every column that the model takes'
      : isPredicted
        ? 'the table has predictions, and not the columns of a model'
        : 'no columns of predictions were recognised',
  )
  if (isPredicted) note('prediction', valuesOf(prediction), 'likely', 'by the names of the columns')

  const protectedColumns = columns.filter(({ name }) => protectedNames.test(name) && !taken.has(name))
  const hasGroups = ({ distinct, numeric }: ColumnFacts) => distinct <= (numeric ? mostNumbers : mostGroups)
  const attributes = protectedColumns.filter((column) => column.distinct > 1 && hasGroups(column))
  for (const column of protectedColumns) {
    const { name, distinct } = column
    if (!hasGroups(column)) {
      note(
        'protected',
        name,
        'guess',
        `${name} would be protected, but has ${distinct} values; put them into a few groups first`,
      )
    }
  }
  const named = attributes.slice(0, mostProtected).map(({ name }) => name)
  if (named.length > 0) note('protected', named, 'likely', 'by well-known names')

  const free = columns.filter(({ name }) => !taken.has(name) && !inputs.includes(name) && !named.includes(name))
  const truth = labelAmong(free, columns, version, inputs, note)
  const shared = {
    protected: named,
    ...(isPredicted ? { prediction } : {}),
    ...(id === undefined ? {} : { id }),
  }
  if (!truth) {
    if (!isPredicted || (prediction?.score === undefined && prediction?.label === undefined)) {
      return { protocol: null, source, reasons }
    }
    note('task', 'scores', 'likely', 'there are predictions and no label: only selection rates can be compared')
    return { protocol: Protocol.parse({ task: 'scores', ...shared }), source, reasons }
  }
  return {
    protocol: Protocol.parse({ ...taskOf(truth, isPredicted ? prediction : undefined, note), ...shared }),
    source,
    reasons,
  }
}

type Note = (field: string, value: Reason['value'], sure: Reason['sure'], reason: string) => void

function labelAmong(
  free: readonly ColumnFacts[],
  columns: readonly ColumnFacts[],
  version: ModelVersion | undefined,
  inputs: readonly string[],
  note: Note,
): ColumnFacts | undefined {
  const found = (column: ColumnFacts | undefined, sure: Reason['sure'], reason: string) => {
    if (column) note('label', column.name, sure, reason)
    return column
  }
  const outputs = Outputs.safeParse(version?.manifest.signature?.outputs).data ?? []
  const byOutput = columns.find(({ name }) => outputs.some((output) => output.name === name) && !inputs.includes(name))
  if (byOutput) return found(byOutput, 'yes', 'the signature names it as the output')
  const byName = free.find(({ name }) => truthNames.test(name))
  if (byName) return found(byName, 'likely', 'by its name')
  const varied = free.filter((column) => column.distinct > 1 && !isUnique(column))
  const [only, second] = varied
  if (inputs.length > 0 && only && !second) return found(only, 'yes', 'the only column that the model does not take')
  const two = varied.filter(({ distinct }) => distinct === 2)
  if (two.length > 0) return found(two.at(-1), 'guess', 'the last column with two values that is nothing else')
  return inputs.length > 0 ? found(varied.at(-1), 'guess', 'the last column that the model does not take') : undefined
}

function taskOf(truth: ColumnFacts, prediction: PredictionColumns | undefined, note: Note): object {
  const { name: label, distinct, numeric, whole, values } = truth
  if (distinct === 2 && prediction?.value === undefined) {
    note('task', 'binary', 'yes', `${label} has two values: ${values.join(' and ')}`)
    const known = values.filter((value) => favourableWords.test(value))
    const positive = known.length === 1 ? known[0] : values.at(-1)
    note(
      'positive',
      positive ?? '',
      known.length === 1 ? 'likely' : 'guess',
      known.length === 1 ? 'the value that commonly stands for yes' : 'the rarer of the two values',
    )
    return { task: 'binary', label, positive: numeric ? Number(positive) : positive }
  }
  if (numeric && (!whole || distinct > mostClasses) && prediction?.scores === undefined) {
    note('task', 'regression', 'likely', `${label} holds numbers, ${distinct} different ones`)
    return { task: 'regression', label }
  }
  note('task', 'multiclass', distinct <= mostClasses ? 'likely' : 'guess', `${label} has ${distinct} values`)
  return { task: 'multiclass', label }
}

function predictionsIn(columns: readonly ColumnFacts[]): PredictionColumns | undefined {
  const score = columns.find(({ name, numeric }) => numeric && scoreNames.test(name))?.name
  const said = columns.find(({ name }) => labelNames.test(name))
  const classes = columns.flatMap(({ name, numeric, low, high }) => {
    const [, own] = classScore.exec(name) ?? []
    const isShare = numeric && low !== null && high !== null && low >= 0 && high <= 1
    return own !== undefined && isShare && name !== score ? [[own, name]] : []
  })
  const isNumber = said?.numeric === true && (!said.whole || said.distinct > mostClasses)
  if (isNumber && said.low !== null && said.low >= 0 && said.high !== null && said.high <= 1 && score === undefined) {
    return { score: said.name }
  }
  const found: PredictionColumns = {
    ...(score === undefined ? {} : { score }),
    ...(said && !isNumber ? { label: said.name } : {}),
    ...(said && isNumber ? { value: said.name } : {}),
    ...(classes.length > 1 ? { scores: Object.fromEntries(classes) } : {}),
  }
  return Object.keys(found).length > 0 ? found : undefined
}

function valuesOf(prediction: PredictionColumns | undefined): string[] {
  const { score, label, value, scores } = prediction ?? {}
  return [score, label, value, ...Object.values(scores ?? {})].filter((name) => name !== undefined)
}

const isUnique = ({ distinct, rows, missing, numeric, whole }: ColumnFacts) =>
  rows > 1 && distinct === rows - missing && (!numeric || whole)

/** Columns that the model takes: of its matrix, or its named inputs. */
function inputsOf(version: ModelVersion): string[] {
  const order = columnOrderOf(version)
  const own = OnnxInputs.safeParse(version.facts.onnx).data?.inputs.map(({ name }) => name) ?? []
  return own.length === 1 && order ? order : own.length > 0 ? own : (order ?? [])
}
