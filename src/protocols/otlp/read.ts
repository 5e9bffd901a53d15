import { badRequest, tooLarge } from '../../lib/errors.ts'
import {
  type OtlpAttribute,
  type OtlpValue,
  type SpanContent,
  type SpanInput,
  spanKinds,
  traceLimits,
} from '../../modules/traces/index.ts'

/**
 * Reads an ExportTraceServiceRequest, decoded from protobuf (ids are bytes, 64-bit integers are `Long`) or parsed from JSON
 * (ids are hexadecimal, 64-bit integers are text or numbers). A wrong type is the client's error.
 */
export function spansIn(request: unknown): SpanInput[] {
  const spans: SpanInput[] = []
  for (const resourceSpans of list(record(request, 'the request'), 'resourceSpans')) {
    const resource = attributesIn(field(resourceSpans, 'resource') ?? {})
    for (const scopeSpans of list(resourceSpans, 'scopeSpans')) {
      const scope = field(scopeSpans, 'scope')
      const origin = {
        ...(resource.length > 0 ? { resource } : {}),
        ...(scope ? { scope: { name: text(scope, 'name'), version: text(scope, 'version') } } : {}),
      }
      for (const span of list(scopeSpans, 'spans')) {
        spans.push(spanIn(span, origin))
        if (spans.length > traceLimits.spansPerRequest) {
          throw tooLarge(`a request carries at most ${traceLimits.spansPerRequest} spans`)
        }
      }
    }
  }
  return spans
}

type Source = Readonly<Record<string, unknown>>

function spanIn(span: Source, origin: Pick<SpanContent, 'resource' | 'scope'>): SpanInput {
  const status = field(span, 'status')
  const message = status ? text(status, 'message') : ''
  const dropped = Number(integer(span, 'droppedAttributesCount'))
  const events = list(span, 'events').map((event) => ({
    time_unix_nano: nanos(event, 'timeUnixNano'),
    name: text(event, 'name'),
    attributes: attributesIn(event),
  }))
  const links = list(span, 'links').map((link) => ({
    trace_id: id(link, 'traceId'),
    span_id: id(link, 'spanId'),
    ...(text(link, 'traceState') ? { trace_state: text(link, 'traceState') } : {}),
    attributes: attributesIn(link),
  }))
  return {
    trace: id(span, 'traceId'),
    id: id(span, 'spanId'),
    parent_id: id(span, 'parentSpanId') || null,
    name: text(span, 'name'),
    kind: choice(span, 'kind', 'SPAN_KIND_', spanKinds),
    status: statuses[status ? choice(status, 'code', 'STATUS_CODE_', statuses) : 0] ?? 'UNSET',
    start: nanos(span, 'startTimeUnixNano'),
    end: nanos(span, 'endTimeUnixNano'),
    content: {
      attributes: attributesIn(span),
      ...(events.length > 0 ? { events } : {}),
      ...(links.length > 0 ? { links } : {}),
      ...(message ? { status_message: message } : {}),
      ...(text(span, 'traceState') ? { trace_state: text(span, 'traceState') } : {}),
      ...(dropped > 0 ? { dropped_attributes_count: dropped } : {}),
      ...origin,
    },
  }
}

const statuses = ['UNSET', 'OK', 'ERROR'] as const

const attributesIn = (source: Source, key = 'attributes', depth = 0): OtlpAttribute[] =>
  list(source, key).map((attribute) => ({
    key: text(attribute, 'key'),
    value: valueIn(field(attribute, 'value') ?? {}, depth),
  }))

function valueIn(value: Source, depth: number): OtlpValue {
  if (depth > traceLimits.depth) throw badRequest(`an attribute is nested deeper than ${traceLimits.depth} levels`)
  if (isSet(value, 'stringValue')) return { string_value: text(value, 'stringValue') }
  if (isSet(value, 'boolValue')) return { bool_value: own(value, 'boolValue') === true }
  if (isSet(value, 'intValue')) return { int_value: integer(value, 'intValue') }
  if (isSet(value, 'doubleValue')) return { double_value: double(value, 'doubleValue') }
  if (isSet(value, 'bytesValue')) return { bytes_value: base64(value, 'bytesValue') }
  const array = field(value, 'arrayValue')
  if (array) return { array_value: { values: list(array, 'values').map((item) => valueIn(item, depth + 1)) } }
  const pairs = field(value, 'kvlistValue')
  if (pairs) return { kvlist_value: { values: attributesIn(pairs, 'values', depth + 1) } }
  return {}
}

/** A message has its defaults on its prototype; null in JSON is unset. */
const own = (source: Source, key: string): unknown =>
  Object.hasOwn(source, key) ? (source[key] ?? undefined) : undefined
const isSet = (source: Source, key: string) => own(source, key) !== undefined
const wrong = (key: string) => badRequest(`${key} has a wrong type or value`)

function record(value: unknown, name: string): Source {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name)
  return value as Source
}

function field(source: Source, key: string): Source | undefined {
  const value = own(source, key)
  return value === undefined ? undefined : record(value, key)
}

function list(source: Source, key: string): Source[] {
  const value = own(source, key)
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrong(key)
  return value.map((item) => record(item, key))
}

function text(source: Source, key: string): string {
  const value = own(source, key) ?? ''
  if (typeof value !== 'string') throw wrong(key)
  return value
}

function id(source: Source, key: string): string {
  const value = own(source, key) ?? ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'string') throw wrong(key)
  return value.toLowerCase()
}

function base64(source: Source, key: string): string {
  const value = own(source, key)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : text(source, key)
}

/** As decimal text, because 64 bits do not fit into a number. */
function integer(source: Source, key: string): string {
  const value = own(source, key) ?? 0
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString()
  const digits = String(value)
  if (typeof value === 'boolean' || !/^-?\d{1,20}$/.test(digits)) throw wrong(key)
  return digits
}

function nanos(source: Source, key: string): string {
  const value = integer(source, key)
  if (value.startsWith('-') || BigInt(value) >= 2n ** 64n) throw wrong(key)
  return value
}

function double(source: Source, key: string): number | string {
  const value = own(source, key)
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number') throw wrong(key)
  return Number.isFinite(number) ? number : String(number)
}

/** An enum, by number or, as protobuf's JSON form allows, by name. What is not known counts as unset. */
function choice(source: Source, key: string, prefix: string, names: readonly string[]): number {
  const value = own(source, key) ?? 0
  if (typeof value === 'string') return Math.max(0, names.indexOf(value.replace(prefix, '')))
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(key)
  return value in names ? value : 0
}
