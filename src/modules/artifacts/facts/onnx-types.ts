import { onnxMessages as messages, onnxElementTypes } from '../../../lib/onnx-proto.ts'
import { type Cursor, type Field, integerOf, rangeOf } from './cursor.ts'
import type { OnnxValue } from './schema.ts'
import { Unreadable } from './unreadable.ts'

const {
  ValueInfoProto,
  TypeProto,
  TensorTypeProto,
  SequenceTypeProto,
  MapTypeProto,
  TensorShapeProto,
  DimensionProto,
} = messages
const maxDepth = 16
const maxRank = 64

type ValueType = Pick<OnnxValue, 'type' | 'shape'>

export async function readValueInfo(cursor: Cursor, info: Field): Promise<OnnxValue> {
  let name = ''
  let type: ValueType = unknownType
  const { start, end } = rangeOf(info)
  await cursor.each(start, end, async (field) => {
    if (field.id === ValueInfoProto.name.id) name = await cursor.text(field)
    if (field.id === ValueInfoProto.type.id) type = await readType(cursor, field, 0)
  })
  return { name, ...type }
}

const unknownType: ValueType = { type: 'undefined', shape: null }

async function readType(cursor: Cursor, message: Field, depth: number): Promise<ValueType> {
  if (depth > maxDepth) throw new Unreadable(`a type is nested deeper than ${maxDepth}`)
  let type = unknownType
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    switch (field.id) {
      case TypeProto.tensor_type.id:
        type = await readTensorType(cursor, field)
        break
      case TypeProto.sparse_tensor_type.id: {
        const tensor = await readTensorType(cursor, field)
        type = { type: `sparse(${tensor.type})`, shape: tensor.shape }
        break
      }
      case TypeProto.sequence_type.id:
        type = { type: `sequence(${await readElement(cursor, field, depth)})`, shape: null }
        break
      case TypeProto.optional_type.id:
        type = { type: `optional(${await readElement(cursor, field, depth)})`, shape: null }
        break
      case TypeProto.map_type.id:
        type = { type: `map(${await readMap(cursor, field, depth)})`, shape: null }
        break
    }
  })
  return type
}

async function readTensorType(cursor: Cursor, message: Field): Promise<ValueType> {
  let type = 'undefined'
  let shape: OnnxValue['shape'] = null
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    if (field.id === TensorTypeProto.elem_type.id) type = elementType(field)
    if (field.id === TensorTypeProto.shape.id) shape = await readShape(cursor, field)
  })
  return { type, shape }
}

async function readShape(cursor: Cursor, message: Field): Promise<(number | string | null)[]> {
  const shape: (number | string | null)[] = []
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    if (field.id !== TensorShapeProto.dim.id) return
    if (shape.length >= maxRank) throw new Unreadable(`a shape has more than ${maxRank} dimensions`)
    shape.push(await readDimension(cursor, field))
  })
  return shape
}

async function readDimension(cursor: Cursor, message: Field): Promise<number | string | null> {
  let size: number | string | null = null
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    if (field.id === DimensionProto.dim_value.id) size = integerOf(field)
    if (field.id === DimensionProto.dim_param.id) size = (await cursor.text(field)) || null
  })
  return size
}

async function readElement(cursor: Cursor, message: Field, depth: number): Promise<string> {
  let element = unknownType.type
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    if (field.id === SequenceTypeProto.elem_type.id) element = (await readType(cursor, field, depth + 1)).type
  })
  return element
}

async function readMap(cursor: Cursor, message: Field, depth: number): Promise<string> {
  let key = 'undefined'
  let value = 'undefined'
  const { start, end } = rangeOf(message)
  await cursor.each(start, end, async (field) => {
    if (field.id === MapTypeProto.key_type.id) key = elementType(field)
    if (field.id === MapTypeProto.value_type.id) value = (await readType(cursor, field, depth + 1)).type
  })
  return `${key}, ${value}`
}

/** Types that are newer than this table keep their number. */
function elementType(field: Field): string {
  const number = integerOf(field)
  return onnxElementTypes[number] ?? `type ${number}`
}
