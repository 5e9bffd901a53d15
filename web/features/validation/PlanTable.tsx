import type { PlanItem } from '../../../src/modules/validation/schema.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { whoWords } from '../policy/who.ts'

/** What the tier of the model brought in; what passed stays to be seen. */
export function PlanTable({ plan }: { plan: readonly PlanItem[] }) {
  const go = useGo()
  return (
    <DataTable
      label="What the policies ask for"
      columns={columns}
      rows={plan}
      rowKey={({ policy, id }) => `${policy}/${id}`}
      unit="requirement"
      onOpen={({ link }) => go(link)}
      empty={
        <EmptyState title="No policy asks for anything here.">
          Give the model a tier, or publish a policy for this environment.
        </EmptyState>
      }
    />
  )
}

const columns: Column<PlanItem>[] = [
  {
    key: 'title',
    header: 'Requirement',
    cell: ({ title, link }) => <PathLink to={link}>{title}</PathLink>,
    value: ({ title }) => title,
  },
  {
    key: 'state',
    header: 'Result',
    cell: ({ state, waived }) => (waived ? <Tone tone="attention">waived</Tone> : <Tone tone={state} />),
    value: ({ state, waived }) => (waived ? 'waived' : state),
  },
  {
    key: 'found',
    header: 'What was found',
    hideNarrow: true,
    cell: ({ explanation }) => <span className="quiet">{explanation}</span>,
    value: ({ explanation }) => explanation,
  },
  { key: 'who', header: 'Who', hideNarrow: true, cell: ({ who }) => whoWords[who], value: ({ who }) => who },
  { key: 'policy', header: 'Policy', fileOnly: true, cell: ({ policy }) => policy, value: ({ policy }) => policy },
]
