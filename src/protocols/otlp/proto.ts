import type { Root } from 'protobufjs'
import { onDemand } from '../../lib/on-demand.ts'

/**
 * The parts of opentelemetry-proto that traces need: message, field, number, type. Fields have the names of OTLP's JSON form, so
 * that one reader serves both encodings.
 */
const messages = {
  ExportTraceServiceRequest: {
    resourceSpans: { id: 1, type: 'ResourceSpans', rule: 'repeated' },
  },
  ExportTraceServiceResponse: {
    partialSuccess: { id: 1, type: 'ExportTracePartialSuccess' },
  },
  ExportTracePartialSuccess: {
    rejectedSpans: { id: 1, type: 'int64' },
    errorMessage: { id: 2, type: 'string' },
  },
  ResourceSpans: {
    resource: { id: 1, type: 'Resource' },
    scopeSpans: { id: 2, type: 'ScopeSpans', rule: 'repeated' },
  },
  Resource: {
    attributes: { id: 1, type: 'KeyValue', rule: 'repeated' },
  },
  ScopeSpans: {
    scope: { id: 1, type: 'InstrumentationScope' },
    spans: { id: 2, type: 'Span', rule: 'repeated' },
  },
  InstrumentationScope: {
    name: { id: 1, type: 'string' },
    version: { id: 2, type: 'string' },
  },
  Span: {
    traceId: { id: 1, type: 'bytes' },
    spanId: { id: 2, type: 'bytes' },
    traceState: { id: 3, type: 'string' },
    parentSpanId: { id: 4, type: 'bytes' },
    name: { id: 5, type: 'string' },
    kind: { id: 6, type: 'int32' },
    startTimeUnixNano: { id: 7, type: 'fixed64' },
    endTimeUnixNano: { id: 8, type: 'fixed64' },
    attributes: { id: 9, type: 'KeyValue', rule: 'repeated' },
    droppedAttributesCount: { id: 10, type: 'uint32' },
    events: { id: 11, type: 'Event', rule: 'repeated' },
    links: { id: 13, type: 'Link', rule: 'repeated' },
    status: { id: 15, type: 'Status' },
  },
  Event: {
    timeUnixNano: { id: 1, type: 'fixed64' },
    name: { id: 2, type: 'string' },
    attributes: { id: 3, type: 'KeyValue', rule: 'repeated' },
  },
  Link: {
    traceId: { id: 1, type: 'bytes' },
    spanId: { id: 2, type: 'bytes' },
    traceState: { id: 3, type: 'string' },
    attributes: { id: 4, type: 'KeyValue', rule: 'repeated' },
  },
  Status: {
    message: { id: 2, type: 'string' },
    code: { id: 3, type: 'int32' },
  },
  KeyValue: {
    key: { id: 1, type: 'string' },
    value: { id: 2, type: 'AnyValue' },
  },
  AnyValue: {
    stringValue: { id: 1, type: 'string' },
    boolValue: { id: 2, type: 'bool' },
    intValue: { id: 3, type: 'int64' },
    doubleValue: { id: 4, type: 'double' },
    arrayValue: { id: 5, type: 'ArrayValue' },
    kvlistValue: { id: 6, type: 'KeyValueList' },
    bytesValue: { id: 7, type: 'bytes' },
  },
  ArrayValue: { values: { id: 1, type: 'AnyValue', rule: 'repeated' } },
  KeyValueList: { values: { id: 1, type: 'KeyValue', rule: 'repeated' } },
  /** `google.rpc.Status`: what an error is in OTLP. */
  RpcStatus: {
    code: { id: 1, type: 'int32' },
    message: { id: 2, type: 'string' },
  },
} as const

const protobuf = onDemand<typeof import('protobufjs')>('protobufjs')
let known: Root | undefined

function typeOf(message: OtlpMessage) {
  known ??= protobuf().Root.fromJSON({
    nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }])),
  })
  return known.lookupType(message)
}

export type OtlpMessage = keyof typeof messages

export const decode = (message: OtlpMessage, bytes: Uint8Array): object => typeOf(message).decode(bytes)

export function encode(message: OtlpMessage, value: Record<string, unknown>): Buffer {
  const type = typeOf(message)
  return Buffer.from(type.encode(type.fromObject(value)).finish())
}
