import type { Json, JsonObject } from '../../lib/json.ts'
import type { SpanStatus } from './schema.ts'

/** A value in OTLP's JSON form with the names of its protobuf; 64-bit integers are text, bytes are base64. */
export type OtlpValue = {
  string_value?: string
  bool_value?: boolean
  int_value?: string
  double_value?: number | string
  bytes_value?: string
  array_value?: { values: OtlpValue[] }
  kvlist_value?: { values: OtlpAttribute[] }
}
export type OtlpAttribute = { key: string; value: OtlpValue }

/** A span as it arrives, ids in hexadecimal, moments in nanoseconds as decimal text. */
export type SpanInput = {
  trace: string
  id: string
  parent_id: string | null
  name: string
  kind: number
  status: SpanStatus
  start: string
  end: string
  content: SpanContent
}

/** What a span carries beyond its columns. */
export type SpanContent = {
  attributes: OtlpAttribute[]
  events?: { time_unix_nano: string; name: string; attributes: OtlpAttribute[] }[]
  links?: { trace_id: string; span_id: string; trace_state?: string; attributes: OtlpAttribute[] }[]
  status_message?: string
  trace_state?: string
  dropped_attributes_count?: number
  resource?: OtlpAttribute[]
  scope?: { name: string; version: string }
}

export const spanKinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const

/** As people and programs read it. An integer beyond 2^53 stays text. */
export function plainValue(value: OtlpValue): Json {
  if (value.string_value !== undefined) return value.string_value
  if (value.bool_value !== undefined) return value.bool_value
  if (value.int_value !== undefined) {
    const number = Number(value.int_value)
    return Number.isSafeInteger(number) ? number : value.int_value
  }
  if (value.double_value !== undefined) return value.double_value
  if (value.bytes_value !== undefined) return value.bytes_value
  if (value.array_value) return value.array_value.values.map(plainValue)
  if (value.kvlist_value) return plainAttributes(value.kvlist_value.values)
  return null
}

export function plainAttributes(attributes: readonly OtlpAttribute[]): JsonObject {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

/** The text of an attribute, or the JSON of one that is no text. */
export function textOf(attributes: readonly OtlpAttribute[], ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = attributes.find((attribute) => attribute.key === key)
    if (!found) continue
    const plain = plainValue(found.value)
    return typeof plain === 'string' ? plain : JSON.stringify(plain)
  }
  return undefined
}

export const millisOf = (nanos: string): number => Number(BigInt(nanos) / 1000n) / 1000
