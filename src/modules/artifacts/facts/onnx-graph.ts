import { onnxMessages as messages } from '../../../lib/onnx-proto.ts'
import { type Cursor, type Field, rangeOf } from './cursor.ts'
import { readValueInfo } from './onnx-types.ts'
import type { OnnxValue } from './schema.ts'
import { Unreadable } from './unreadable.ts'

const { GraphProto, NodeProto, AttributeProto, TensorProto, SparseTensorProto, StringStringEntryProto } = messages
const maxDepth = 32
const maxValues = 10_000
const maxNames = 200_000

/** What has been counted so far, over the graph and the graphs inside its nodes. */
export type GraphTally = {
  readonly inputs: OnnxValue[]
  readonly outputs: OnnxValue[]
  readonly initializers: Set<string>
  readonly operators: Map<string, number>
  readonly externalFiles: Set<string>
  nodes: number
  parameters: number
}

/** Adds a graph to the tally. Inputs and outputs are those of the outermost graph. */
export async function readGraph(cursor: Cursor, graph: Field, tally: GraphTally, depth: number): Promise<void> {
  if (depth > maxDepth) throw new Unreadable(`graphs are nested deeper than ${maxDepth}`)
  const { start, end } = rangeOf(graph)
  await cursor.each(start, end, async (field) => {
    switch (field.id) {
      case GraphProto.node.id:
        await readNode(cursor, field, tally, depth)
        break
      case GraphProto.initializer.id:
      case GraphProto.sparse_initializer.id: {
        const sparse = field.id === GraphProto.sparse_initializer.id
        const name = sparse ? await readSparse(cursor, field, tally) : await readTensor(cursor, field, tally)
        if (depth === 0) remember(tally.initializers, name)
        break
      }
      case GraphProto.input.id:
      case GraphProto.output.id: {
        if (depth > 0) break
        const values = field.id === GraphProto.input.id ? tally.inputs : tally.outputs
        if (values.length >= maxValues) throw new Unreadable(`it has more than ${maxValues} inputs or outputs`)
        values.push(await readValueInfo(cursor, field))
        break
      }
    }
  })
}

async function readNode(cursor: Cursor, node: Field, tally: GraphTally, depth: number): Promise<void> {
  let operator = ''
  let domain = ''
  const { start, end } = rangeOf(node)
  await cursor.each(start, end, async (field) => {
    if (field.id === NodeProto.op_type.id) operator = await cursor.text(field)
    if (field.id === NodeProto.domain.id) domain = await cursor.text(field)
    if (field.id === NodeProto.attribute.id) await readAttribute(cursor, field, tally, depth)
  })
  if (!operator) throw new Unreadable('a node has no operator')
  const name = domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`
  if (tally.operators.size >= maxNames) throw new Unreadable(`it has more than ${maxNames} different operators`)
  tally.operators.set(name, (tally.operators.get(name) ?? 0) + 1)
  tally.nodes++
}

async function readAttribute(cursor: Cursor, attribute: Field, tally: GraphTally, depth: number): Promise<void> {
  const { start, end } = rangeOf(attribute)
  await cursor.each(start, end, async (field) => {
    switch (field.id) {
      case AttributeProto.t.id:
      case AttributeProto.tensors.id:
        await readTensor(cursor, field, tally)
        break
      case AttributeProto.sparse_tensor.id:
        await readSparse(cursor, field, tally)
        break
      case AttributeProto.g.id:
      case AttributeProto.graphs.id:
        await readGraph(cursor, field, tally, depth + 1)
        break
      case AttributeProto.floats.id:
        // One float a field, or packed: four bytes each.
        addParameters(tally, field.wire === 'bytes' ? Math.floor((field.end - field.start) / 4) : 1)
        break
    }
  })
}

/** Counts the elements from the declared shape; the data itself is stepped over. Returns the tensor's name. */
async function readTensor(cursor: Cursor, tensor: Field, tally: GraphTally): Promise<string> {
  let name = ''
  let elements = 1
  const { start, end } = rangeOf(tensor)
  await cursor.each(start, end, async (field) => {
    switch (field.id) {
      case TensorProto.dims.id:
        for (const size of await cursor.integers(field)) {
          elements *= size
          if (size < 0 || !Number.isSafeInteger(elements)) throw new Unreadable('a tensor has an impossible shape')
        }
        break
      case TensorProto.name.id:
        name = await cursor.text(field)
        break
      case TensorProto.external_data.id:
        await readExternal(cursor, field, tally)
        break
    }
  })
  addParameters(tally, elements)
  return name
}

async function readSparse(cursor: Cursor, sparse: Field, tally: GraphTally): Promise<string> {
  let name = ''
  const { start, end } = rangeOf(sparse)
  await cursor.each(start, end, async (field) => {
    if (field.id === SparseTensorProto.values.id) name = await readTensor(cursor, field, tally)
  })
  return name
}

async function readExternal(cursor: Cursor, entry: Field, tally: GraphTally): Promise<void> {
  let key = ''
  let value = ''
  const { start, end } = rangeOf(entry)
  await cursor.each(start, end, async (field) => {
    if (field.id === StringStringEntryProto.key.id) key = await cursor.text(field)
    if (field.id === StringStringEntryProto.value.id) value = await cursor.text(field)
  })
  if (key === 'location') remember(tally.externalFiles, value)
}

function remember(names: Set<string>, name: string): void {
  if (names.size >= maxNames) throw new Unreadable(`it has more than ${maxNames} tensors`)
  names.add(name)
}

function addParameters(tally: GraphTally, count: number): void {
  tally.parameters += count
  if (!Number.isSafeInteger(tally.parameters)) throw new Unreadable('a tensor has an impossible shape')
}
