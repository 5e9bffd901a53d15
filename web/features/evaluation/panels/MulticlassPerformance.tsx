import type { MulticlassResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { CountMatrix } from './CountMatrix.tsx'
import { figureColumns } from './columns.tsx'
import { FigureTable } from './FigureTable.tsx'

type ClassRow = MulticlassResult['classes'][number]

/** Several classes: which are taken for which, and how well each is told. */
export function MulticlassPerformance({ result }: { result: MulticlassResult }) {
  const table = useSorted(result.classes, columns)
  return (
    <>
      <Card title={mistakenSentence(result)}>
        <CountMatrix
          title="Confusion matrix"
          rowName="was"
          columnName="predicted"
          labels={result.labels}
          counts={result.confusion}
        />
      </Card>
      <Card title="Class by class, each against the rest" flush>
        <DataTable
          label="Figures by class"
          columns={columns}
          {...table}
          rowKey={(row) => row.label}
          unit="class"
          units="classes"
          keyboard={false}
        />
      </Card>
      <FigureTable figures={result.figures} />
    </>
  )
}

/** The mistake that is made most. */
function mistakenSentence({ labels, confusion }: MulticlassResult): string {
  const mistakes = confusion.flatMap((row, was) =>
    row.flatMap((count, said) =>
      was === said || count === 0 ? [] : [{ was: labels[was], said: labels[said], count }],
    ),
  )
  const most = mistakes.toSorted((a, b) => b.count - a.count)[0]
  return most
    ? `Taken for another most often: ${most.was} for ${most.said}, ${most.count.toLocaleString('en')} times`
    : 'No row was taken for another class'
}

const classColumns = (key: 'precision' | 'recall' | 'f1' | 'roc_auc' | 'average_precision', header: string) =>
  figureColumns<ClassRow>(key, header, (row) => row[key], key === 'average_precision' || key === 'roc_auc')

const columns: Column<ClassRow>[] = [
  { key: 'label', header: 'Class', sort: 'label', cell: (row) => row.label, value: (row) => row.label },
  {
    key: 'support',
    header: 'Rows',
    align: 'right',
    sort: 'support',
    cell: (row) => row.support.toLocaleString('en'),
    value: (row) => row.support,
  },
  ...classColumns('precision', 'Precision'),
  ...classColumns('recall', 'Recall'),
  ...classColumns('f1', 'F1'),
  ...classColumns('roc_auc', 'ROC AUC'),
  ...classColumns('average_precision', 'Average precision'),
]
