import type { LimitOutcome } from '../../../src/modules/evaluation/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { Fact, figureText } from '../../ui/Voice.tsx'
import { groupLabel } from './fairness-rows.ts'
import { pathTitle } from './figure-path.ts'
import { limitsSentence } from './limits.ts'

/** Every limit that the protocol states for this kind, kept or not. */
export function LimitTable({ limits }: { limits: readonly LimitOutcome[] }) {
  if (limits.length === 0) return null
  return (
    <Card title={`${limitsSentence(limits)}`} flush>
      <DataTable
        label="Limits"
        columns={columns}
        rows={limits}
        rowKey={(row) => `${row.figure} ${row.is} ${row.limit}`}
        unit="limit"
        keyboard={false}
      />
    </Card>
  )
}

const outcomeTone = (row: LimitOutcome): ToneName =>
  row.passes === null ? 'attention' : row.passes ? 'met' : 'blocked'
const outcomeWord = ({ passes }: LimitOutcome) =>
  passes === null ? 'cannot be said' : passes ? 'holds' : 'does not hold'

const columns: Column<LimitOutcome>[] = [
  {
    key: 'figure',
    header: 'Figure',
    cell: (row) => (
      <>
        {pathTitle(row.figure)}
        {row.of && <span className="quiet small">, worst for {groupLabel(row.of)}</span>}
        {row.reason && <div className="quiet small">{row.reason}</div>}
      </>
    ),
    value: (row) => row.figure,
  },
  {
    key: 'value',
    header: 'Found',
    align: 'right',
    cell: (row) => figureText(row.value),
    value: (row) => row.value,
  },
  {
    key: 'limit',
    header: 'Limit',
    align: 'right',
    cell: (row) => `${row.is === 'at_least' ? 'at least' : 'at most'} ${figureText(row.limit)}`,
    value: (row) => `${row.is} ${row.limit}`,
  },
  {
    key: 'outcome',
    header: 'Outcome',
    cell: (row) => <Tone tone={outcomeTone(row)}>{outcomeWord(row)}</Tone>,
    value: outcomeWord,
  },
  {
    key: 'path',
    header: 'Path',
    hideNarrow: true,
    cell: (row) => <Fact>{row.figure}</Fact>,
    value: (row) => row.of,
  },
]
