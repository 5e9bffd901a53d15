import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { GateReport } from '../../../src/modules/gate/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { counted } from '../../ui/Voice.tsx'
import { report } from './queries.ts'

/** What would have been stopped, so that a team sees it before it enforces. */
export function ReportCard() {
  const query = useQuery(report)
  const go = useGo()
  return (
    <Card title="What enforcing everywhere would have stopped in the last 30 days" flush>
      <Loaded query={query} lines={3}>
        {({ rows, asked, would_block, complete }) => (
          <>
            <p className="quiet small" style={{ margin: '10px 14px' }}>
              {complete ? '' : 'At least '}
              {counted(would_block, 'denial')} stopped nothing; the gate was asked {counted(asked, 'time')}.
            </p>
            <DataTable
              label="What enforcing would have stopped"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.last_verdict}
              unit="version"
              keyboard={false}
              onOpen={(row) => go(`/gate/verdicts/${row.last_verdict}`)}
              empty={<EmptyState title="Nothing." />}
            />
          </>
        )}
      </Loaded>
    </Card>
  )
}

const columns: Column<GateReport['rows'][number]>[] = [
  {
    key: 'version',
    header: 'Version',
    cell: (row) => (
      <Link to="/gate/verdicts/$id" params={{ id: row.last_verdict }}>
        {row.model} {row.version}
      </Link>
    ),
    value: (row) => `${row.model} ${row.version}`,
  },
  { key: 'environment', header: 'In', cell: (row) => row.environment, value: (row) => row.environment },
  { key: 'times', header: 'Times', align: 'right', cell: (row) => row.times, value: (row) => row.times },
  { key: 'path', header: 'What was left', hideNarrow: true, cell: (row) => row.path, value: (row) => row.path },
  { key: 'at', header: 'Last', cell: (row) => <Moment at={row.last_at} />, value: (row) => row.last_at },
]
