import { open } from 'node:fs/promises'
import type { ByteSource } from '../../../lib/byte-source.ts'
import { onnxMessages as messages } from '../../../lib/onnx-proto.ts'
import { Cursor, type Field, integerOf, rangeOf } from './cursor.ts'
import { type GraphTally, readGraph } from './onnx-graph.ts'
import type { FactsOf, OnnxFacts } from './schema.ts'
import { Unreadable } from './unreadable.ts'

const { ModelProto, OperatorSetIdProto, StringStringEntryProto } = messages
const maxEntries = 10_000
const maxMetadataBytes = 64 * 1024

/**
 * What an ONNX file says about itself: graph, types, operators, sizes. Tensors are stepped over, so a model of gigabytes
 * costs a few small reads. Takes a path, bytes, or anything that can be read in ranges.
 */
export async function readOnnxFacts(model: string | Uint8Array | ByteSource): Promise<FactsOf<OnnxFacts>> {
  if (typeof model === 'string') {
    const file = await open(model, 'r')
    try {
      const { size } = await file.stat()
      return await readFrom({
        size,
        read: async (offset, length) => {
          const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset)
          return buffer.subarray(0, bytesRead)
        },
      })
    } finally {
      await file.close()
    }
  }
  if (!(model instanceof Uint8Array)) return readFrom(model)
  return readFrom({
    size: model.length,
    read: async (offset, length) => model.subarray(offset, offset + length),
  })
}

async function readFrom(source: ByteSource): Promise<FactsOf<OnnxFacts>> {
  try {
    return { outcome: 'read', facts: await readModel(new Cursor(source)) }
  } catch (error) {
    if (error instanceof Unreadable)
      return { outcome: 'unreadable', reason: `not a readable ONNX file: ${error.message}` }
    throw error
  }
}

async function readModel(cursor: Cursor): Promise<OnnxFacts> {
  let irVersion: number | undefined
  const producer = { name: '', version: '' }
  const opsets: OnnxFacts['opsets'] = []
  const metadata = new Map<string, string>()
  const graph: GraphTally = {
    inputs: [],
    outputs: [],
    initializers: new Set(),
    operators: new Map(),
    nodes: 0,
    parameters: 0,
    externalFiles: new Set(),
  }
  let hasGraph = false

  await cursor.each(0, cursor.size, async (field) => {
    switch (field.id) {
      case ModelProto.ir_version.id:
        irVersion = integerOf(field)
        break
      case ModelProto.producer_name.id:
        producer.name = await cursor.text(field)
        break
      case ModelProto.producer_version.id:
        producer.version = await cursor.text(field)
        break
      case ModelProto.graph.id:
        hasGraph = true
        await readGraph(cursor, field, graph, 0)
        break
      case ModelProto.opset_import.id:
        atMost(opsets.length, 'operator sets')
        opsets.push(await readOpset(cursor, field))
        break
      case ModelProto.metadata_props.id:
        atMost(metadata.size, 'metadata entries')
        await readMetadata(cursor, field, metadata)
        break
    }
  })

  if (irVersion === undefined || irVersion < 1) throw new Unreadable('it names no format version')
  if (!hasGraph) throw new Unreadable('it has no graph')
  if (opsets.length === 0) throw new Unreadable('it names no operator set')
  if (graph.outputs.length === 0) throw new Unreadable('its graph has no output')
  return {
    ir_version: irVersion,
    producer,
    opsets,
    // Older files list every initializer among the inputs as well; a caller has nothing to feed there.
    inputs: graph.inputs.filter((input) => !graph.initializers.has(input.name)),
    outputs: graph.outputs,
    node_count: graph.nodes,
    operators: Object.fromEntries([...graph.operators].sort(([a], [b]) => (a < b ? -1 : 1))),
    parameter_count: graph.parameters,
    external_files: [...graph.externalFiles].sort(),
    metadata: Object.fromEntries(metadata),
  }
}

async function readOpset(cursor: Cursor, field: Field): Promise<{ domain: string; version: number }> {
  const opset = { domain: '', version: 0 }
  const { start, end } = rangeOf(field)
  await cursor.each(start, end, async (part) => {
    if (part.id === OperatorSetIdProto.domain.id) opset.domain = await cursor.text(part)
    if (part.id === OperatorSetIdProto.version.id) opset.version = integerOf(part)
  })
  // The default domain may be written as its name or as nothing.
  return { domain: opset.domain || 'ai.onnx', version: opset.version }
}

async function readMetadata(cursor: Cursor, field: Field, into: Map<string, string>): Promise<void> {
  let key = ''
  let value: string | undefined = ''
  const { start, end } = rangeOf(field)
  await cursor.each(start, end, async (part) => {
    if (part.id === StringStringEntryProto.key.id) key = await cursor.text(part)
    if (part.id !== StringStringEntryProto.value.id) return
    const range = rangeOf(part)
    const tooLong = range.end - range.start > maxMetadataBytes
    value = tooLong ? undefined : await cursor.text(part, maxMetadataBytes)
  })
  if (value !== undefined) into.set(key, value)
}

function atMost(count: number, what: string): void {
  if (count >= maxEntries) throw new Unreadable(`it has more than ${maxEntries} ${what}`)
}
