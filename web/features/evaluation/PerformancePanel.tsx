import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { LineChart } from '../../ui/LineChart.tsx'
import { counted, figureText } from '../../ui/Voice.tsx'
import { ConfusionTable } from './ConfusionTable.tsx'
import { figureSentence } from './fairness-rows.ts'
import { type Figure, figureTitle, type Performance } from './results.ts'

const first = [
  'roc_auc',
  'accuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'selection_rate',
  'base_rate',
  'ece',
  'brier',
  'log_loss',
  'ks',
  'mcc',
]
/** As many figures as most decisions need; the others wait behind a button. */
const few = 10
type Row = { key: string; figure: Figure }

export function PerformancePanel({ result }: { result: Performance }) {
  const [all, setAll] = useState(false)
  const rows: Row[] = Object.entries(result.figures)
    .map(([key, figure]) => ({ key, figure }))
    .toSorted((a, b) => rank(a.key) - rank(b.key))
  const bins = (result.calibration?.equal_width ?? result.calibration?.equal_mass)?.bins
  return (
    <>
      <p style={{ marginTop: 10 }}>
        ROC AUC {figureSentence(result.figures.roc_auc, 3)} on {counted(result.n, 'row')}
        {result.threshold !== undefined && `, decided at ${figureText(result.threshold, 2)}`}.
      </p>
      <div className="halves">
        {result.roc.length > 0 && (
          <div>
            <h3>True against false positives</h3>
            <LineChart
              title="ROC curve"
              xLabel="false positive rate"
              yLabel="true positive rate"
              series={[{ name: 'this version', points: result.roc.map((point) => ({ x: point.fpr, y: point.tpr })) }]}
              guide={diagonal}
              domain={unit}
            />
          </div>
        )}
        {bins && bins.length > 0 && (
          <div>
            <h3>Score against what happened</h3>
            <LineChart
              title="Calibration curve"
              xLabel="mean score"
              yLabel="observed rate"
              series={[
                { name: 'this version', points: bins.map((bin) => ({ x: bin.mean_score, y: bin.observed_rate })) },
              ]}
              guide={diagonal}
              domain={unit}
              dots
            />
          </div>
        )}
      </div>
      {result.confusion && <ConfusionTable confusion={result.confusion} />}
      <div style={{ margin: '12px -14px -13px' }}>
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
      </div>
    </>
  )
}

const diagonal = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
]
const unit: { x: [number, number]; y: [number, number] } = { x: [0, 1], y: [0, 1] }

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
