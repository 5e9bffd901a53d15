import { NativeSelect } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Scatter, type Spot } from '../../ui/Scatter.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { figureText } from '../../ui/Voice.tsx'
import { along, axes } from './compare.ts'

const route = getRouteApi('/signed-in/compare')

/** Two metrics or parameters against each other, one dot per run. */
export function CompareScatter({ runs }: { runs: readonly Run[] }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const known = axes(runs)
  const x =
    known.find(({ value }) => value === search.x) ?? known.find(({ value }) => value.startsWith('p:')) ?? known[0]
  const y = known.find(({ value }) => value === search.y) ?? known.find(({ value }) => value !== x?.value)
  if (!x || !y) {
    return (
      <Card title="One against another" flush>
        <EmptyState title="Fewer than two numbers tell these runs apart." />
      </Card>
    )
  }
  const spots = runs.flatMap((run): Spot[] => {
    const [across, up] = [along(run, x.value), along(run, y.value)]
    if (across === undefined || up === undefined) return []
    return [{ key: run.id, name: run.name || run.id.slice(0, 8), x: across, y: up }]
  })
  const set = (axis: 'x' | 'y') => (event: { currentTarget: { value: string } }) => {
    const next = event.currentTarget.value
    void navigate({ search: (old) => ({ ...old, [axis]: next }), replace: true })
  }
  return (
    <Card
      title="One against another"
      actions={
        <div className="row">
          <NativeSelect aria-label="Across" size="xs" value={x.value} data={known} onChange={set('x')} />
          <NativeSelect aria-label="Upwards" size="xs" value={y.value} data={known} onChange={set('y')} />
        </div>
      }
    >
      {spots.length === 0 ? (
        <p className="quiet">No run has both.</p>
      ) : (
        <>
          <Scatter title={`${y.label} against ${x.label}`} spots={spots} xLabel={x.label} yLabel={y.label} />
          <details>
            <summary className="small quiet">As a table</summary>
            <DataTable
              label={`${y.label} against ${x.label}`}
              columns={columnsOf(x.label, y.label)}
              rows={spots}
              rowKey={(spot) => spot.key}
              unit="run"
              keyboard={false}
            />
          </details>
        </>
      )}
    </Card>
  )
}

const columnsOf = (x: string, y: string): Column<Spot>[] => [
  { key: 'run', header: 'Run', cell: (spot) => spot.name, value: (spot) => spot.name },
  { key: 'x', header: x, align: 'right', cell: (spot) => figureText(spot.x, 4), value: (spot) => spot.x },
  { key: 'y', header: y, align: 'right', cell: (spot) => figureText(spot.y, 4), value: (spot) => spot.y },
]
