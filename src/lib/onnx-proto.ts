/**
 * The parts of the ONNX protobuf format that are read and written here: message, field, number, type. Both the writer
 * (through protobufjs) and the field-skipping reader take their numbers from this table.
 */
export const onnxMessages = {
  ModelProto: {
    ir_version: { id: 1, type: 'int64' },
    producer_name: { id: 2, type: 'string' },
    producer_version: { id: 3, type: 'string' },
    graph: { id: 7, type: 'GraphProto' },
    opset_import: { id: 8, type: 'OperatorSetIdProto', rule: 'repeated' },
    metadata_props: { id: 14, type: 'StringStringEntryProto', rule: 'repeated' },
  },
  OperatorSetIdProto: {
    domain: { id: 1, type: 'string' },
    version: { id: 2, type: 'int64' },
  },
  StringStringEntryProto: {
    key: { id: 1, type: 'string' },
    value: { id: 2, type: 'string' },
  },
  GraphProto: {
    node: { id: 1, type: 'NodeProto', rule: 'repeated' },
    name: { id: 2, type: 'string' },
    initializer: { id: 5, type: 'TensorProto', rule: 'repeated' },
    input: { id: 11, type: 'ValueInfoProto', rule: 'repeated' },
    output: { id: 12, type: 'ValueInfoProto', rule: 'repeated' },
    sparse_initializer: { id: 15, type: 'SparseTensorProto', rule: 'repeated' },
  },
  NodeProto: {
    input: { id: 1, type: 'string', rule: 'repeated' },
    output: { id: 2, type: 'string', rule: 'repeated' },
    name: { id: 3, type: 'string' },
    op_type: { id: 4, type: 'string' },
    attribute: { id: 5, type: 'AttributeProto', rule: 'repeated' },
    domain: { id: 7, type: 'string' },
  },
  AttributeProto: {
    name: { id: 1, type: 'string' },
    i: { id: 3, type: 'int64' },
    t: { id: 5, type: 'TensorProto' },
    g: { id: 6, type: 'GraphProto' },
    s: { id: 4, type: 'bytes' },
    floats: { id: 7, type: 'float', rule: 'repeated' },
    ints: { id: 8, type: 'int64', rule: 'repeated' },
    strings: { id: 9, type: 'bytes', rule: 'repeated' },
    tensors: { id: 10, type: 'TensorProto', rule: 'repeated' },
    graphs: { id: 11, type: 'GraphProto', rule: 'repeated' },
    type: { id: 20, type: 'int32' },
    sparse_tensor: { id: 22, type: 'SparseTensorProto' },
  },
  TensorProto: {
    dims: { id: 1, type: 'int64', rule: 'repeated' },
    data_type: { id: 2, type: 'int32' },
    name: { id: 8, type: 'string' },
    raw_data: { id: 9, type: 'bytes' },
    external_data: { id: 13, type: 'StringStringEntryProto', rule: 'repeated' },
  },
  SparseTensorProto: {
    values: { id: 1, type: 'TensorProto' },
  },
  ValueInfoProto: {
    name: { id: 1, type: 'string' },
    type: { id: 2, type: 'TypeProto' },
  },
  TypeProto: {
    tensor_type: { id: 1, type: 'TensorTypeProto' },
    sequence_type: { id: 4, type: 'SequenceTypeProto' },
    map_type: { id: 5, type: 'MapTypeProto' },
    sparse_tensor_type: { id: 8, type: 'TensorTypeProto' },
    optional_type: { id: 9, type: 'SequenceTypeProto' },
  },
  TensorTypeProto: {
    elem_type: { id: 1, type: 'int32' },
    shape: { id: 2, type: 'TensorShapeProto' },
  },
  SequenceTypeProto: {
    elem_type: { id: 1, type: 'TypeProto' },
  },
  MapTypeProto: {
    key_type: { id: 1, type: 'int32' },
    value_type: { id: 2, type: 'TypeProto' },
  },
  TensorShapeProto: {
    dim: { id: 1, type: 'DimensionProto', rule: 'repeated' },
  },
  DimensionProto: {
    dim_value: { id: 1, type: 'int64' },
    dim_param: { id: 2, type: 'string' },
  },
} as const

/** TensorProto.DataType by number, in the words MLflow and NumPy use. */
export const onnxElementTypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
] as const

export type OnnxElementType = (typeof onnxElementTypes)[number]

/** AttributeProto.AttributeType, as far as it is written here. */
export const onnxAttributeTypes = { int: 2, strings: 8 } as const
