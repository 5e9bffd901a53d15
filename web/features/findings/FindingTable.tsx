import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Finding } from '../../../src/modules/findings/schema.ts'
import { Severity } from '../../../src/modules/registry/schema.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { FindingState, SeverityTone } from './words.tsx'

/** Findings, what is due first comes first. */
export function FindingTable({ rows, empty }: { rows: readonly Finding[]; empty: ReactNode }) {
  const go = useGo()
  return (
    <DataTable
      label="Findings"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      unit="finding"
      onOpen={(row) => go(`/findings/${row.id}`)}
      empty={empty}
    />
  )
}

const columns: Column<Finding>[] = [
  {
    key: 'title',
    header: 'Finding',
    cell: (row) => (
      <Link to="/findings/$id" params={{ id: row.id }} style={{ fontWeight: 550 }}>
        {row.title}
      </Link>
    ),
    value: (row) => row.title,
  },
  {
    key: 'on',
    header: 'On',
    hideNarrow: true,
    cell: (row) => (
      <>
        {row.model} {row.version ?? <span className="quiet">every version</span>}
      </>
    ),
    value: (row) => `${row.model} ${row.version ?? ''}`,
  },
  {
    key: 'severity',
    header: 'Severity',
    cell: (row) => <SeverityTone severity={row.severity} />,
    value: (row) => Severity.options.indexOf(row.severity),
  },
  { key: 'state', header: 'State', cell: (row) => <FindingState state={row.state} />, value: (row) => row.state },
  {
    key: 'owner',
    header: 'Owner',
    hideNarrow: true,
    cell: (row) => <PersonName id={row.owner} />,
    value: (row) => row.owner,
  },
  {
    key: 'due',
    header: 'Due',
    cell: (row) =>
      row.overdue ? (
        <Tone tone="blocked">
          <Moment at={row.due_at} />
        </Tone>
      ) : (
        <Moment at={row.due_at} />
      ),
    value: (row) => row.due_at,
  },
]
