import { useState } from 'react'
import { Button } from '../../../ui/Button.tsx'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { figureText } from '../../../ui/Voice.tsx'
import { type Figure, figureTitle } from '../results.ts'

const first = [
  'roc_auc',
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'rmse',
  'mae',
  'r2',
  'bias',
  'selection_rate',
  'base_rate',
  'ece',
  'calibration_slope',
  'calibration_intercept',
  'brier',
  'log_loss',
  'ks',
  'mcc',
]
/** As many figures as most decisions need; the others wait behind a button. */
const few = 12
type Row = { key: string; figure: Figure }

/** Every figure with its interval, or why there is none. */
export function FigureTable({ figures }: { figures: Readonly<Record<string, Figure>> }) {
  const [all, setAll] = useState(false)
  const rows: Row[] = Object.entries(figures)
    .map(([key, figure]) => ({ key, figure }))
    .toSorted((a, b) => rank(a.key) - rank(b.key))
  return (
    <Card title="Figures with their intervals" flush>
      <DataTable
        label="Performance figures"
        columns={columns}
        rows={all ? rows : rows.slice(0, few)}
        total={rows.length}
        more={
          rows.length > few && (
            <Button kind="bare" onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? 'Show fewer' : 'Show all'}
            </Button>
          )
        }
        rowKey={(row) => row.key}
        unit="figure"
        keyboard={false}
      />
    </Card>
  )
}

function rank(key: string): number {
  const at = first.indexOf(key)
  return at < 0 ? first.length : at
}

const part = (figure: Figure, which: 'value' | 'low' | 'high' | 'n') =>
  figure.state === 'ok' ? (figure[which] ?? null) : null

const columns: Column<Row>[] = [
  { key: 'figure', header: 'Figure', cell: (row) => figureTitle(row.key), value: (row) => row.key },
  {
    key: 'value',
    header: 'Value',
    align: 'right',
    cell: (row) =>
      row.figure.state === 'ok' ? (
        figureText(row.figure.value)
      ) : (
        <span className="quiet spoken">{row.figure.reason}</span>
      ),
    value: (row) => part(row.figure, 'value'),
  },
  {
    key: 'low',
    header: 'Low',
    align: 'right',
    cell: (row) => figureText(part(row.figure, 'low')),
    value: (row) => part(row.figure, 'low'),
  },
  {
    key: 'high',
    header: 'High',
    align: 'right',
    cell: (row) => figureText(part(row.figure, 'high')),
    value: (row) => part(row.figure, 'high'),
  },
  {
    key: 'n',
    header: 'Rests on',
    align: 'right',
    hideNarrow: true,
    cell: (row) => part(row.figure, 'n')?.toLocaleString('en') ?? '–',
    value: (row) => part(row.figure, 'n'),
  },
]
