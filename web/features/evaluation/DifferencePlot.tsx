import type { VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { IntervalPlot, type IntervalRow } from '../../ui/IntervalPlot.tsx'
import { pathTitle } from './figure-path.ts'

const most = 12

/** The differences that matter, on one axis; figures in units of their own stand in the table only. */
export function DifferencePlot({ found }: { found: VersionComparison }) {
  const rows = found.figures.flatMap(({ figure, a, b, difference, decisive, limit }): IntervalRow[] => {
    if (!difference || difference.low === null || difference.high === null) return []
    if (!decisive && !limit?.crossed) return []
    if ([a, b].some((side) => side.state === 'ok' && Math.abs(side.value) > 1.5)) return []
    const n = b.state === 'ok' ? (b.n ?? null) : null
    return [
      {
        label: pathTitle(figure),
        n,
        value: difference.value,
        low: difference.low,
        high: difference.high,
        small: false,
      },
    ]
  })
  if (rows.length === 0) return null
  return (
    <Card title={`What changed from ${found.a} to ${found.b} by more than chance, or across a limit`}>
      <IntervalPlot
        title={`Differences of ${found.b} against ${found.a}`}
        rows={rows.slice(0, most)}
        guide={{ value: 0, label: 'no difference' }}
      />
    </Card>
  )
}
