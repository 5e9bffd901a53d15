import type { KeptItem } from '../../../src/modules/retention/schema.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Fact } from '../../ui/Voice.tsx'

/** What stays, and what holds it, each with the way there. */
export function KeptTable({ kept, total }: { kept: readonly KeptItem[]; total: number }) {
  return (
    <DataTable
      label="What stays"
      columns={columns}
      rows={kept}
      rowKey={(item) => `${item.kind} ${item.id}`}
      unit="thing"
      total={total}
      keyboard={false}
      empty={<p className="quiet">Nothing holds any of it.</p>}
    />
  )
}

const columns: Column<KeptItem>[] = [
  {
    key: 'thing',
    header: 'Stays',
    cell: (item) => (
      <>
        {item.kind.replace('_', ' ')} <Fact title={item.id}>{item.id.slice(0, 12)}</Fact>
      </>
    ),
    value: (item) => `${item.kind} ${item.id}`,
  },
  {
    key: 'because',
    header: 'Because',
    cell: (item) => (
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {item.holders.map((holder) => (
          <li key={`${holder.kind} ${holder.id}`}>
            {holder.link ? <PathLink to={holder.link}>{holder.name}</PathLink> : null}
            {holder.link ? ': ' : ''}
            {holder.reason}
          </li>
        ))}
      </ul>
    ),
    value: (item) => item.holders.map((holder) => `${holder.kind} ${holder.id}: ${holder.reason}`).join('; '),
  },
]
