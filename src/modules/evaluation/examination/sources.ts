import { readFile } from 'node:fs/promises'
import { badRequest } from '../../../lib/errors.ts'
import type { PredictionColumns, Protocol } from '../schema.ts'
import type { PredictionSource } from './heard.ts'
import type { Model } from './model.ts'
import { readClassLabels } from './onnx-parts.ts'
import type { Wanted } from './table.ts'
import type { ModelFile } from './task.ts'

/** A model as a source of predictions: each input is read from its column. */
export async function modelSource(model: Model, file: ModelFile, protocol: Protocol): Promise<PredictionSource> {
  const wanted: Wanted[] = []
  const places = new Map<string, number>()
  for (const { type, columns } of model.inputs) {
    const as = type === 'string' ? 'text' : type === 'float32' || type === 'float64' ? 'number' : 'integer'
    for (const column of columns) if (!places.has(column)) places.set(column, wanted.push({ as, column }) - 1)
  }
  return {
    kind: 'model',
    wanted: () => wanted,
    predict: (rows, columns) => model.score(rows, (column) => columns[places.get(column) ?? -1] ?? []),
    classNames: protocol.task === 'multiclass' ? (readClassLabels(await readFile(file.path)) ?? null) : null,
    output: model.output,
  }
}

/** Columns that have the predictions already. */
export function tableSourceOf(protocol: Protocol): PredictionSource {
  const said = protocol.prediction ?? {}
  switch (protocol.task) {
    case 'binary':
    case 'scores': {
      if (said.score !== undefined) return numbers([said.score], said.score, null)
      if (said.label !== undefined) return labels(said.label)
      throw unsaid('the score of the favourable class (prediction.score) or the predicted label (prediction.label)')
    }
    case 'multiclass':
      return several(said)
    case 'regression':
      if (said.value === undefined) throw unsaid('the predicted number (prediction.value)')
      return numbers([said.value], said.value, null)
  }
}

function several({ scores, label }: PredictionColumns): PredictionSource {
  if (scores && Object.keys(scores).length > 0) {
    const named = numbers(Object.values(scores), Object.values(scores).join(', '), Object.keys(scores))
    if (label === undefined) return named
    return {
      ...named,
      wanted: () => [...named.wanted(), { as: 'text', column: label }],
      predict: async (rows, columns) => ({
        ...(await named.predict(rows, columns)),
        labels: Array.from(columns.at(-1) ?? [], String),
      }),
    }
  }
  if (label !== undefined) return labels(label)
  throw unsaid('the predicted label (prediction.label) or the score of each class (prediction.scores)')
}

function numbers(columns: readonly string[], output: string, classNames: readonly string[] | null): PredictionSource {
  return {
    kind: 'predictions',
    wanted: () => columns.map((column) => ({ as: 'number' as const, column })),
    predict: async (_rows, given) => ({
      probabilities: columns.map((_, i) =>
        Float64Array.from(given[i] ?? [], (value) => (value === null ? Number.NaN : Number(value))),
      ),
      labels: null,
    }),
    classNames,
    output,
  }
}

function labels(column: string): PredictionSource {
  return {
    kind: 'predictions',
    wanted: () => [{ as: 'text', column }],
    predict: async (_rows, [values = []]) => ({
      probabilities: [],
      labels: Array.from(values, (value) => {
        if (value === null) throw badRequest(`the column "${column}" has no prediction in a row`)
        return String(value)
      }),
    }),
    classNames: null,
    output: column,
  }
}

const unsaid = (what: string) =>
  badRequest(`the protocol does not say which column of the prediction table has ${what}`)
