import type { Renewal } from '../../../src/modules/work/schema.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { nameOf, pageOf } from './words.ts'

type Props = { rows: readonly Renewal[]; keyboard?: boolean }

/** What is allowed now and ends by itself, the first first. */
export function LapseList({ rows, keyboard = false }: Props) {
  const go = useGo()
  return (
    <DataTable
      label="What lapses"
      columns={columns}
      rows={rows}
      rowKey={nameOf}
      unit="version"
      keyboard={keyboard}
      onOpen={(row) => go(pageOf(row))}
    />
  )
}

const columns: Column<Renewal>[] = [
  {
    key: 'due',
    header: 'Ends',
    cell: ({ due_at }) => (
      <>
        <span className="fact">{due_at.slice(0, 10)}</span>{' '}
        <span className="quiet">
          <Moment at={due_at} />
        </span>
      </>
    ),
    value: ({ due_at }) => due_at,
  },
  {
    key: 'version',
    header: 'Version',
    cell: (row) => (
      <PathLink to={pageOf(row)}>
        {row.model} {row.version}
      </PathLink>
    ),
    value: ({ model, version }) => `${model} ${version}`,
  },
  {
    key: 'environment',
    header: 'In',
    cell: ({ environment, running }) => (
      <>
        {environment} {running && <Tone tone="attention">runs there</Tone>}
      </>
    ),
    value: ({ environment }) => environment,
  },
  {
    key: 'what',
    header: 'What ends',
    hideNarrow: true,
    cell: ({ causes }) => (
      <>
        {causes[0]?.title}
        {causes.length > 1 && <span className="quiet"> and {causes.length - 1} more</span>}
      </>
    ),
    value: ({ causes }) => causes.map(({ title }) => title).join('; '),
  },
  { key: 'tier', header: 'Tier', hideNarrow: true, cell: ({ tier }) => tier, value: ({ tier }) => tier },
  {
    key: 'validators',
    header: 'Validator',
    hideNarrow: true,
    cell: ({ validators }) =>
      validators.length === 0 ? (
        <Tone tone="unknown">nobody yet</Tone>
      ) : (
        validators.map((id, index) => (
          <span key={id}>
            {index > 0 && ', '}
            <PersonName id={id} />
          </span>
        ))
      ),
    value: ({ validators }) => validators.join(' '),
  },
]
