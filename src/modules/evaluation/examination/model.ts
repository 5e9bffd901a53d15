import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { badRequest } from '../../../lib/errors.ts'
import type { Protocol } from '../schema.ts'
import type { ModelFile } from './task.ts'

type Runtime = typeof import('onnxruntime-node')
type Metadata = InferenceSession.ValueMetadata
type TensorMetadata = InferenceSession.TensorValueMetadata

export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'string'
/** One input of the model and the dataset columns it takes: several only for a matrix. */
export type ModelInput = {
  readonly name: string
  /** `any` where an endpoint takes what a column holds. */
  readonly type: ElementType | 'any'
  readonly rank: 1 | 2
  readonly columns: readonly string[]
}

export type ScoredBatch = {
  /** Probabilities by class, one class only where the model gives but one column; or the numbers of a regression. */
  readonly probabilities: readonly Float64Array[]
  /** Labels as the model says them, where it does. */
  readonly labels: readonly string[] | null
}

export type Model = {
  readonly inputs: readonly ModelInput[]
  readonly output: string
  score(rows: number, columns: ColumnsOf): Promise<ScoredBatch>
}
export type ColumnsOf = (column: string) => ArrayLike<unknown>

/** Opens an ONNX file and decides which dataset column feeds which input. Refuses what it cannot feed. */
export async function openModel(file: ModelFile, protocol: Protocol): Promise<Model> {
  const runtime = await loadRuntime()
  const session = await runtime.InferenceSession.create(file.path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  }).catch((error) => {
    throw badRequest(`${file.name} cannot be opened as an ONNX model: ${reasonOf(error, file.path)}`)
  })
  const inputs = assignColumns(session.inputMetadata, file, protocol)
  const { task } = protocol
  const output = outputFor(task, session.outputMetadata)
  const label = session.outputMetadata.find((value) => value.isTensor && /label|class/i.test(value.name))?.name
  const wanted = label === undefined || label === output ? [output] : [output, label]

  async function score(rows: number, columns: ColumnsOf): Promise<ScoredBatch> {
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, toTensor(runtime, input, rows, columns)]))
    const results = await session.run(feeds, wanted).catch((error) => {
      throw badRequest(`the model could not score the dataset: ${reasonOf(error, file.path)}`)
    })
    const labels = wanted.length > 1 && label !== undefined ? results[label] : undefined
    return {
      probabilities: probabilitiesOf(results[output], output, rows, task),
      labels: labels ? Array.from(labels.data as ArrayLike<unknown>, String) : null,
    }
  }

  return { inputs, output, score }
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node')
  } catch {
    throw badRequest('this server cannot score models: the optional package onnxruntime-node is not installed')
  }
}

function assignColumns(metadata: readonly Metadata[], file: ModelFile, protocol: Protocol): ModelInput[] {
  const names = new Set(metadata.map(({ name }) => name))
  const columnOf = (name: string) => protocol.inputs[name] ?? name
  const [only] = metadata
  if (metadata.length === 0) throw badRequest('the model has no inputs')
  if (metadata.length === 1 && only) {
    const width = widthOf(tensorOf(only))
    if (width !== 1) return [matrix(tensorOf(only), width, file.columnOrder, protocol, columnOf)]
  }
  for (const name of Object.keys(protocol.inputs)) {
    if (!names.has(name)) throw badRequest(`the protocol maps the input "${name}", which the model does not have`)
  }
  return metadata.map((value) => {
    const input = tensorOf(value)
    const width = widthOf(input)
    if (width !== 1 && width !== null) {
      throw badRequest(`the input "${input.name}" takes ${width} columns; among several inputs each must take one`)
    }
    return { name: input.name, type: elementType(input), rank: rankOf(input), columns: [columnOf(input.name)] }
  })
}

function matrix(
  input: TensorMetadata,
  width: number | null,
  columnOrder: ModelFile['columnOrder'],
  protocol: Protocol,
  columnOf: (name: string) => string,
): ModelInput {
  if (!columnOrder || columnOrder.length === 0) {
    const columns = width === null ? 'columns' : `${width} columns`
    throw badRequest(
      `the model takes one matrix "${input.name}" of ${columns}, and neither its signature nor its metadata says which columns in which order`,
    )
  }
  if (width !== null && width !== columnOrder.length) {
    throw badRequest(`the model takes ${width} columns, but its signature names ${columnOrder.length}`)
  }
  for (const name of Object.keys(protocol.inputs)) {
    if (!columnOrder.includes(name)) throw badRequest(`the protocol maps "${name}", which the model does not take`)
  }
  return { name: input.name, type: elementType(input), rank: 2, columns: columnOrder.map(columnOf) }
}

function tensorOf(value: Metadata): TensorMetadata {
  if (value.isTensor) return value
  throw badRequest(`the input "${value.name}" is not a tensor, and only tensors can be fed`)
}

const rankOf = ({ shape }: TensorMetadata): 1 | 2 => (shape.length === 1 ? 1 : 2)

/** Columns of an input: 1 for [N] and [N, 1], null where the file leaves it open. */
function widthOf({ name, shape }: TensorMetadata): number | null {
  if (shape.length === 1) return 1
  if (shape.length !== 2)
    throw badRequest(`the input "${name}" has ${shape.length} dimensions; rows and columns are two`)
  const width = shape[1]
  return typeof width === 'number' && width > 0 ? width : null
}

function elementType({ name, type }: TensorMetadata): ElementType {
  switch (type) {
    case 'float32':
    case 'float64':
    case 'int32':
    case 'int64':
    case 'bool':
    case 'string':
      return type
    default:
      throw badRequest(`the input "${name}" takes ${type}, which cannot be fed from a table`)
  }
}

function outputFor(task: Protocol['task'], outputs: readonly Metadata[]): string {
  return task === 'regression' ? numberOutput(outputs) : probabilityOutput(outputs, task === 'multiclass')
}

function numberOutput(outputs: readonly Metadata[]): string {
  const chosen = outputs.find((value) => value.isTensor && (value.type === 'float32' || value.type === 'float64'))
  if (chosen) return chosen.name
  throw badRequest(`the model has no output with numbers: it has ${outputs.map(({ name }) => `"${name}"`).join(', ')}`)
}

function probabilityOutput(outputs: readonly Metadata[], several: boolean): string {
  const floats = outputs.filter((value) => value.isTensor && (value.type === 'float32' || value.type === 'float64'))
  const named = floats.find(({ name }) => /prob|score/i.test(name))
  const chosen =
    named ??
    floats.find((value) => value.isTensor && (several ? Number(value.shape[1]) > 1 : value.shape[1] === 2)) ??
    floats[0]
  if (chosen) return chosen.name
  if (outputs.some((value) => !value.isTensor)) {
    throw badRequest(
      'the model gives its probabilities as a sequence of maps (ZipMap); convert it again with zipmap switched off, so that they are a tensor',
    )
  }
  throw badRequest(
    `the model has no output with probabilities: it has ${outputs.map(({ name }) => `"${name}"`).join(', ')}`,
  )
}

function toTensor(runtime: Runtime, { type, rank, columns }: ModelInput, rows: number, valuesOf: ColumnsOf): Tensor {
  const width = columns.length
  const dims = rank === 1 ? [rows] : [rows, width]
  const sources = columns.map(valuesOf)
  const fill = <T>(target: { [i: number]: T }, convert: (value: unknown) => T) => {
    sources.forEach((source, column) => {
      for (let row = 0; row < rows; row++) target[row * width + column] = convert(source[row])
    })
  }
  // What is missing in the table is NaN to a model that takes numbers and the empty word to one that takes words.
  const number = (value: unknown) => (value === null || value === undefined ? Number.NaN : Number(value))
  // A dataset has whole numbers there; disturbed values may be none.
  const whole = (value: unknown) => Math.round(Number(value)) || 0
  switch (type) {
    case 'float32': {
      const data = new Float32Array(rows * width)
      fill(data, number)
      return new runtime.Tensor('float32', data, dims)
    }
    case 'float64': {
      const data = new Float64Array(rows * width)
      fill(data, number)
      return new runtime.Tensor('float64', data, dims)
    }
    case 'int32': {
      const data = new Int32Array(rows * width)
      fill(data, whole)
      return new runtime.Tensor('int32', data, dims)
    }
    case 'int64': {
      const data = new BigInt64Array(rows * width)
      fill(data, (value) => BigInt(whole(value)))
      return new runtime.Tensor('int64', data, dims)
    }
    case 'bool': {
      const data = new Uint8Array(rows * width)
      fill(data, (value) => (Number(value) === 0 ? 0 : 1))
      return new runtime.Tensor('bool', data, dims)
    }
    case 'any':
    case 'string': {
      const data = new Array<string>(rows * width).fill('')
      fill(data, (value) => (value === null || value === undefined ? '' : String(value)))
      return new runtime.Tensor('string', data, dims)
    }
  }
}

function probabilitiesOf(
  tensor: Tensor | undefined,
  name: string,
  rows: number,
  task: Protocol['task'],
): Float64Array[] {
  const width = tensor?.dims.length === 2 ? (tensor.dims[1] ?? 0) : 1
  if (!tensor || tensor.dims[0] !== rows)
    throw badRequest(`the output "${name}" does not have one row per row of the dataset`)
  demandWidth(name, width, task)
  const data = tensor.data as Float32Array | Float64Array
  return Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * width + column] ?? Number.NaN),
  )
}

function demandWidth(name: string, width: number, task: Protocol['task']): void {
  switch (task) {
    case 'regression':
      if (width !== 1) throw badRequest(`the output "${name}" has ${width} numbers a row, and a regression has one`)
      return
    case 'multiclass':
      if (width < 2) throw badRequest(`the output "${name}" has one number a row, and several classes need one each`)
      return
    case 'binary':
    case 'scores':
      if (width !== 1 && width !== 2) {
        throw badRequest(`the output "${name}" has ${width} classes, and this protocol is for two`)
      }
  }
}

/** The first line of what the runtime says, without the path on this machine. */
function reasonOf(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').replaceAll(path, 'the file').slice(0, 300)
}
