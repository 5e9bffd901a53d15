import type { PlanChange, PlannedVersion, PolicyPlan } from '../../../src/modules/policy/schema.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'

const words: Record<PlanChange, { tone: ToneName; text: string }> = {
  denied: { tone: 'blocked', text: 'denied by the rules' },
  approve_again: { tone: 'waiting', text: 'to be approved again' },
  allowed: { tone: 'met', text: 'allowed' },
}

/** Whom a publication hits, by version, owner and tier. */
export function PlanTable({ plan }: { plan: PolicyPlan }) {
  const { denied, approve_again, allowed, unchanged } = plan.counts
  return (
    <>
      <p style={{ margin: '10px 14px' }}>
        {denied} denied by the rules, {approve_again} to be approved again, {allowed} allowed, {unchanged} unchanged.
        {plan.left_off > 0 && ` ${plan.left_off} more were not looked at.`}
      </p>
      <DataTable
        label="Impact"
        columns={columns}
        rows={plan.changes}
        rowKey={(row) => `${row.model}@${row.version} ${row.environment}`}
        unit="version"
        empty={<EmptyState title="No version gets another answer." />}
      />
    </>
  )
}

const columns: Column<PlannedVersion>[] = [
  {
    key: 'version',
    header: 'Version',
    cell: (row) => (
      <>
        {row.model} <span className="fact">{row.version}</span>
      </>
    ),
    value: (row) => `${row.model}@${row.version}`,
  },
  { key: 'environment', header: 'In', cell: (row) => row.environment, value: (row) => row.environment },
  { key: 'tier', header: 'Tier', cell: (row) => row.tier, value: (row) => row.tier },
  {
    key: 'owner',
    header: 'Owner',
    hideNarrow: true,
    cell: (row) => (row.owner ? <PersonName id={row.owner} /> : <span className="quiet">nobody</span>),
    value: (row) => row.owner,
  },
  {
    key: 'change',
    header: 'Answer',
    cell: (row) => (
      <Tone tone={words[row.change].tone} wrap>
        {words[row.change].text}
      </Tone>
    ),
    value: (row) => words[row.change].text,
  },
  {
    key: 'unmet',
    header: 'Not met',
    hideNarrow: true,
    cell: (row) => row.unmet.map(({ title }) => title).join('; '),
    value: (row) => row.unmet.map(({ id }) => id).join(' '),
  },
]
