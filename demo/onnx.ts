import protobuf from 'protobufjs'
import { type OnnxElementType, onnxAttributeTypes, onnxElementTypes, onnxMessages } from '../src/lib/onnx-proto.ts'
import type { Feature } from './features.ts'
import type { WageModel } from './train.ts'

type Column = { readonly name: string; readonly type: 'float32' | 'string' }

/** The columns a model reads, in the order of its features: one named input a raw column, words as words. */
export function modelInputs(model: Pick<WageModel, 'features'>): Column[] {
  const types = new Map<string, Column['type']>()
  for (const feature of model.features) types.set(feature.column, feature.kind === 'category' ? 'string' : 'float32')
  return [...types].map(([name, type]) => ({ name, type }))
}

/** The model as ONNX: from raw columns to `label` [N] and `probabilities` [N, 2]; opset 17 and ai.onnx.ml 3. */
export function exportOnnx(model: WageModel): Uint8Array {
  const encoded = encodeFeatures(model.features)
  const column = model.weights.length
  const graph = {
    name: 'wage_screening',
    input: modelInputs(model).map(({ name, type }) => valueInfo(name, type, [1])),
    output: [valueInfo('label', 'int64', []), valueInfo('probabilities', 'float32', [2])],
    initializer: [
      ...encoded.initializers,
      floats('mean', [column], model.mean),
      floats('std', [column], model.std),
      floats('weights', [column, 1], model.weights),
      floats('intercept', [1], [model.intercept]),
      floats('one', [1], [1]),
      floats('threshold', [1], [model.threshold]),
      ints('flat', [-1]),
    ],
    node: [
      ...encoded.nodes,
      node('Concat', encoded.outputs, 'features', [axis(1)]),
      node('Sub', ['features', 'mean'], 'centred'),
      node('Div', ['centred', 'std'], 'standardised'),
      node('Gemm', ['standardised', 'weights', 'intercept'], 'logit'),
      node('Sigmoid', ['logit'], 'high'),
      node('Sub', ['one', 'high'], 'low'),
      node('Concat', ['low', 'high'], 'probabilities', [axis(1)]),
      node('GreaterOrEqual', ['high', 'threshold'], 'is_high'),
      node('Cast', ['is_high'], 'label_column', [intAttribute('to', elementType('int64'))]),
      node('Reshape', ['label_column', 'flat'], 'label'),
    ],
  }
  return encodeModel({
    ir_version: 8,
    producer_name: 'modelkeep-demo',
    producer_version: '1',
    opset_import: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph,
  })
}

/** One [N, 1] or [N, values] block for each run of features of one column, in the order of the weights. */
function encodeFeatures(features: readonly Feature[]) {
  const nodes: object[] = []
  const initializers: object[] = []
  const outputs: string[] = []
  for (const feature of features) {
    const { column } = feature
    if (feature.kind === 'number') outputs.push(column)
    if (feature.kind === 'square') {
      nodes.push(node('Mul', [column, column], `${column}_squared`))
      outputs.push(`${column}_squared`)
    }
    if (feature.kind !== 'category' || outputs.includes(`${column}_codes`)) continue
    const values = features.flatMap((other) =>
      other.kind === 'category' && other.column === column ? [other.value] : [],
    )
    // OneHotEncoder turns [N, 1] into [N, 1, values]; the reshape takes the middle away. Unknown words become zeros.
    initializers.push(ints(`${column}_shape`, [-1, values.length]))
    nodes.push(
      node('OneHotEncoder', [column], `${column}_one_hot`, [strings('cats_strings', values), intAttribute('zeros', 1)]),
      node('Reshape', [`${column}_one_hot`, `${column}_shape`], `${column}_codes`),
    )
    outputs.push(`${column}_codes`)
  }
  return { nodes, initializers, outputs }
}

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(onnxMessages).map(([name, fields]) => [name, { fields }])),
})
const ModelProto = root.lookupType('ModelProto')

function encodeModel(model: object): Uint8Array {
  return ModelProto.encode(ModelProto.fromObject(model)).finish()
}

function node(op: string, input: readonly string[], output: string, attribute: readonly object[] = []) {
  const domain = op === 'OneHotEncoder' ? 'ai.onnx.ml' : ''
  return { name: output, op_type: op, domain, input, output: [output], attribute }
}

const axis = (value: number) => intAttribute('axis', value)
const intAttribute = (name: string, i: number) => ({ name, i, type: onnxAttributeTypes.int })
const strings = (name: string, values: readonly string[]) => ({
  name,
  strings: values.map((value) => Buffer.from(value)),
  type: onnxAttributeTypes.strings,
})

function valueInfo(name: string, type: OnnxElementType, sizes: readonly number[]) {
  const dim = [{ dim_param: 'N' }, ...sizes.map((size) => ({ dim_value: size }))]
  return { name, type: { tensor_type: { elem_type: elementType(type), shape: { dim } } } }
}

function floats(name: string, dims: readonly number[], values: readonly number[]) {
  const raw = Buffer.alloc(values.length * 4)
  values.forEach((value, i) => {
    raw.writeFloatLE(value, i * 4)
  })
  return { name, dims, data_type: elementType('float32'), raw_data: raw }
}

function ints(name: string, values: readonly number[]) {
  const raw = Buffer.alloc(values.length * 8)
  values.forEach((value, i) => {
    raw.writeBigInt64LE(BigInt(value), i * 8)
  })
  return { name, dims: [values.length], data_type: elementType('int64'), raw_data: raw }
}

function elementType(type: OnnxElementType): number {
  return onnxElementTypes.indexOf(type)
}
