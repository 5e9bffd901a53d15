import { createHash } from 'node:crypto'
import { z } from 'zod'
import { badRequest } from '../../../lib/errors.ts'
import type { Digest } from '../../../lib/ids.ts'
import type { Ask } from './asking.ts'
import type { PredictionSource } from './heard.ts'
import type { ColumnsOf, Model, ScoredBatch } from './model.ts'
import type { Endpoint } from './task.ts'

const Row = z.union([z.number(), z.string(), z.array(z.number())])
const Invocations = z.object({ predictions: z.array(Row) })
const Infer = z.object({
  outputs: z
    .array(z.object({ name: z.string(), shape: z.array(z.number()), data: z.array(z.union([z.number(), z.string()])) }))
    .min(1),
})

/** An endpoint as a model that is asked over the network, a request after the other. */
export type EndpointModel = Model & {
  /** Digest of all answers so far, in their order. */
  answers(): Digest
}

export function openEndpoint(endpoint: Endpoint, ask: Ask): EndpointModel {
  const { columns, rows: most } = endpoint
  const heard = createHash('sha256')

  async function score(rows: number, valuesOf: ColumnsOf): Promise<ScoredBatch> {
    const batches: ScoredBatch[] = []
    for (let from = 0; from < rows; from += most) {
      const size = Math.min(most, rows - from)
      const values = columns.map((column) => Array.from({ length: size }, (_, i) => plain(valuesOf(column)[from + i])))
      const said = await ask(JSON.stringify(requestOf(endpoint, values, size)))
      if (said.outcome === 'failed') throw refused(`it was not reached: ${said.error}`)
      if (said.status !== 200) throw refused(`it answered with status ${said.status}`)
      heard.update(said.answer)
      batches.push(readAnswer(endpoint, said.answer, size))
    }
    return joined(batches)
  }

  return {
    inputs: columns.map((column) => ({ name: column, type: 'any', rank: 1, columns: [column] })),
    output: endpoint.output ?? 'predictions',
    score,
    answers: () => `sha256:${heard.copy().digest('hex')}`,
  }
}

export function endpointSource(model: Model): PredictionSource {
  const names = model.inputs.map(({ name }) => name)
  return {
    kind: 'endpoint',
    wanted: () => names.map((column) => ({ as: 'any', column })),
    predict: (rows, columns) => model.score(rows, (column) => columns[names.indexOf(column)] ?? []),
    classNames: null,
    output: model.output,
  }
}

/** JSON has no NaN: what is missing is null. */
const plain = (value: unknown) =>
  value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value

function requestOf({ speaks, columns }: Endpoint, values: readonly (readonly unknown[])[], rows: number): object {
  switch (speaks) {
    case 'mlflow': {
      const data = Array.from({ length: rows }, (_, row) => values.map((column) => column[row]))
      return { dataframe_split: { columns, data } }
    }
    case 'v2':
      return {
        inputs: columns.map((name, i) => {
          const data = values[i] ?? []
          const isText = data.some((value) => typeof value === 'string')
          return { name, shape: [rows], datatype: isText ? 'BYTES' : 'FP64', data }
        }),
      }
  }
}

function readAnswer({ speaks, output }: Endpoint, text: string, rows: number): ScoredBatch {
  const value = parseJson(text)
  switch (speaks) {
    case 'mlflow': {
      const parsed = Invocations.safeParse(value)
      if (!parsed.success) throw refused('its answer has no list of numbers, labels or probabilities (predictions)')
      return batchOf(parsed.data.predictions, rows)
    }
    case 'v2': {
      const parsed = Infer.safeParse(value)
      if (!parsed.success) throw refused('its answer has no outputs with name, shape and data')
      const chosen = parsed.data.outputs.find(({ name }) => output === undefined || name === output)
      if (!chosen) throw refused(`its answer has no output "${output}"`)
      const { data } = chosen
      const width = Math.max(1, Math.round(data.length / rows))
      if (width === 1) return batchOf(data, rows)
      const numbers = z.array(z.number()).safeParse(data)
      if (!numbers.success) throw refused('its output has several words a row')
      return batchOf(
        Array.from({ length: Math.floor(data.length / width) }, (_, i) =>
          numbers.data.slice(i * width, (i + 1) * width),
        ),
        rows,
      )
    }
  }
}

function batchOf(said: readonly z.infer<typeof Row>[], rows: number): ScoredBatch {
  if (said.length !== rows) throw refused(`it answered with ${said.length} predictions for ${rows} rows`)
  if (said.every((value) => typeof value === 'number'))
    return { probabilities: [Float64Array.from(said)], labels: null }
  if (said.every((value) => typeof value === 'string')) return { probabilities: [], labels: said }
  const lists = said.map((value) => (Array.isArray(value) ? value : []))
  const width = lists[0]?.length ?? 0
  if (width === 0 || lists.some((list) => list.length !== width)) throw refused('its rows differ in what they are')
  return {
    probabilities: Array.from({ length: width }, (_, i) => Float64Array.from(lists, (list) => list[i] ?? Number.NaN)),
    labels: null,
  }
}

function joined(batches: readonly ScoredBatch[]): ScoredBatch {
  const [first] = batches
  if (!first || batches.length === 1) return first ?? { probabilities: [], labels: null }
  return {
    probabilities: first.probabilities.map((_, i) =>
      Float64Array.from(batches.flatMap(({ probabilities }) => [...(probabilities[i] ?? [])])),
    ),
    labels: first.labels && batches.flatMap(({ labels }) => labels ?? []),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused('its answer is not JSON, or longer than may be read')
  }
}

const refused = (reason: string) => badRequest(`the scoring endpoint cannot be used: ${reason}`)
