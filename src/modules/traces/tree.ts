import type { Span, SpanOutline } from './schema.ts'
import { millisOf, plainAttributes, type SpanContent, spanKinds } from './span.ts'
import type { SpanRow } from './tables.ts'

export type SpanOutlineRow = Omit<SpanRow, 'content'>

/** The spans of a trace, depth first. A span whose parent is not here begins a tree of its own. */
export const treeOf = (rows: readonly SpanRow[], began: number): Span[] =>
  inOrder(rows).map(({ row, depth }) => toSpan(row, depth, began))

export const outlineOf = (rows: readonly SpanOutlineRow[], began: number): SpanOutline[] =>
  inOrder(rows).map(({ row, depth }) => toOutline(row, depth, began))

function inOrder<Row extends SpanOutlineRow>(rows: readonly Row[]): { row: Row; depth: number }[] {
  const known = new Set(rows.map(({ id }) => id))
  const children = Map.groupBy(rows, ({ id, parent_id }) =>
    parent_id !== null && parent_id !== id && known.has(parent_id) ? parent_id : '',
  )
  const ordered: { row: Row; depth: number }[] = []
  const seen = new Set<string>()

  function walk(from: readonly Row[]) {
    // A list of its own instead of recursion: a chain of spans may be as long as a trace is large.
    const waiting = from.map((row) => ({ row, depth: 0 })).reverse()
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { row, depth } = next
      if (seen.has(row.id)) continue
      seen.add(row.id)
      ordered.push(next)
      for (const child of (children.get(row.id) ?? []).toReversed()) waiting.push({ row: child, depth: depth + 1 })
    }
  }

  walk(children.get('') ?? [])
  // Spans that name each other as parent hang on no root.
  for (const row of rows) if (!seen.has(row.id)) walk([row])
  return ordered
}

const rounded = (millis: number) => Math.round(millis * 1000) / 1000

function toOutline(row: SpanOutlineRow, depth: number, began: number): SpanOutline {
  const start = millisOf(row.start_nano)
  const ended = Number(row.end_nano) > 0
  return {
    id: row.id,
    parent_id: row.parent_id,
    depth,
    name: row.name,
    type: row.type,
    status: row.status,
    start: rounded(start - began),
    duration: ended ? rounded(millisOf(row.end_nano) - start) : null,
  }
}

export function toSpan(row: SpanRow, depth: number, began: number): Span {
  const content = JSON.parse(row.content) as SpanContent
  return {
    ...toOutline(row, depth, began),
    kind: spanKinds[row.kind] ?? 'UNSPECIFIED',
    status_message: content.status_message ?? '',
    attributes: plainAttributes(content.attributes),
    events: (content.events ?? []).map(({ name, time_unix_nano, attributes }) => ({
      name,
      at: rounded(millisOf(time_unix_nano) - began),
      attributes: plainAttributes(attributes),
    })),
    links: (content.links ?? []).map(({ trace_id, span_id }) => ({ trace_id, span_id })),
    resource: plainAttributes(content.resource ?? []),
    scope: content.scope ? [content.scope.name, content.scope.version].filter(Boolean).join(' ') : '',
  }
}
