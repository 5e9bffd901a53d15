import type { SpanOutline } from '../../../src/modules/traces/schema.ts'

export type Line = { span: SpanOutline; children: boolean; folded: boolean }

/** The lines of a tree whose folded spans hide what is inside them; spans come depth first. */
export function linesOf(spans: readonly SpanOutline[], folded: ReadonlySet<string>): Line[] {
  const lines: Line[] = []
  let hiddenBelow = Number.POSITIVE_INFINITY
  for (const [index, span] of spans.entries()) {
    if (span.depth > hiddenBelow) continue
    hiddenBelow = Number.POSITIVE_INFINITY
    const children = (spans[index + 1]?.depth ?? 0) > span.depth
    const isFolded = children && folded.has(span.id)
    if (isFolded) hiddenBelow = span.depth
    lines.push({ span, children, folded: isFolded })
  }
  return lines
}

/** From when to when the trace goes, in milliseconds since it began. */
export function rangeOf(spans: readonly SpanOutline[]): { from: number; to: number } {
  let from = 0
  let to = 0
  for (const { start, duration } of spans) {
    from = Math.min(from, start)
    to = Math.max(to, start + (duration ?? 0))
  }
  return { from, to: to > from ? to : from + 1 }
}
