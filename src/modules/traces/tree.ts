import type { Span } from './schema.ts'
import { millisOf, plainAttributes, type SpanContent, spanKinds } from './span.ts'
import type { SpanRow } from './tables.ts'

/** The spans of a trace, depth first. A span whose parent is not here begins a tree of its own. */
export function treeOf(rows: readonly SpanRow[], began: number): Span[] {
  const known = new Set(rows.map(({ id }) => id))
  const children = Map.groupBy(rows, ({ id, parent_id }) =>
    parent_id !== null && parent_id !== id && known.has(parent_id) ? parent_id : '',
  )
  const spans: Span[] = []
  const seen = new Set<string>()

  function walk(from: readonly SpanRow[]) {
    // A list of its own instead of recursion: a chain of spans may be as long as a trace is large.
    const waiting = from.map((row) => ({ row, depth: 0 })).reverse()
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { row, depth } = next
      if (seen.has(row.id)) continue
      seen.add(row.id)
      spans.push(toSpan(row, depth, began))
      for (const child of (children.get(row.id) ?? []).toReversed()) waiting.push({ row: child, depth: depth + 1 })
    }
  }

  walk(children.get('') ?? [])
  // Spans that name each other as parent hang on no root.
  for (const row of rows) if (!seen.has(row.id)) walk([row])
  return spans
}

function toSpan(row: SpanRow, depth: number, began: number): Span {
  const content = JSON.parse(row.content) as SpanContent
  const start = millisOf(row.start_nano)
  const ended = Number(row.end_nano) > 0
  const since = (moment: number) => Math.round((moment - began) * 1000) / 1000
  return {
    id: row.id,
    parent_id: row.parent_id,
    depth,
    name: row.name,
    type: row.type,
    kind: spanKinds[row.kind] ?? 'UNSPECIFIED',
    status: row.status,
    status_message: content.status_message ?? '',
    start: since(start),
    duration: ended ? Math.round((millisOf(row.end_nano) - start) * 1000) / 1000 : null,
    attributes: plainAttributes(content.attributes),
    events: (content.events ?? []).map(({ name, time_unix_nano, attributes }) => ({
      name,
      at: since(millisOf(time_unix_nano)),
      attributes: plainAttributes(attributes),
    })),
    links: (content.links ?? []).map(({ trace_id, span_id }) => ({ trace_id, span_id })),
    resource: plainAttributes(content.resource ?? []),
    scope: content.scope ? [content.scope.name, content.scope.version].filter(Boolean).join(' ') : '',
  }
}
