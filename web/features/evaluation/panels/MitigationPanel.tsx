import { type Evidence, MitigationResult } from '../../../../src/modules/evaluation/schema.ts'
import { href } from '../../../api/http.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { groupLabel } from '../fairness-rows.ts'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { PlanCard } from './PlanCard.tsx'

type Attribute = MitigationResult['attributes'][string]

/** What could be done about differences: thresholds by group with their price, and weights for training again. */
export function MitigationPanel({ item }: { item: Evidence }) {
  const { data: result } = MitigationResult.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  return Object.entries(result.attributes).map(([name, attribute]) => (
    <section key={name} aria-label={`By ${name}`}>
      {attribute.plans.length > 0 && <PlanCard name={name} attribute={attribute} />}
      <Weights id={item.id} name={name} attribute={attribute} />
    </section>
  ))
}

type Row = Attribute['reweighing'][number]

function Weights({ id, name, attribute }: { id: string; name: string; attribute: Attribute }) {
  const table = useSorted(attribute.reweighing, columns)
  return (
    <Card
      title={`Weights that make ${name} and the label independent when training again`}
      actions={
        <a className="small" href={href(['evidence', id, 'weights'], { attribute: name })} download>
          A weight for every row
        </a>
      }
      flush
    >
      <p className="quiet small" style={{ margin: '0 14px 6px' }}>
        After Kamiran and Calders: a row counts for as much as its group and label would have been expected.{' '}
        {attribute.left_out.length > 0 &&
          `${counted(attribute.left_out.length, 'group')} without thresholds, for want of rows or of a class: ${attribute.left_out.map(groupLabel).join(', ')}.`}
      </p>
      <DataTable
        label={`Weights by ${name}`}
        columns={columns}
        {...table}
        rowKey={(row) => `${row.group}/${row.label}`}
        unit="weight"
        keyboard={false}
      />
    </Card>
  )
}

const columns: Column<Row>[] = [
  { key: 'group', header: 'Group', sort: 'group', cell: (row) => groupLabel(row.group), value: (row) => row.group },
  {
    key: 'label',
    header: 'Label',
    sort: 'label',
    cell: (row) => (row.label === 1 ? 'favourable' : 'other'),
    value: (row) => row.label,
  },
  {
    key: 'n',
    header: 'Rows',
    align: 'right',
    sort: 'n',
    cell: (row) => row.n.toLocaleString('en'),
    value: (row) => row.n,
  },
  {
    key: 'weight',
    header: 'Weight',
    align: 'right',
    sort: 'weight',
    cell: (row) =>
      row.weight.state === 'ok' ? (
        figureText(row.weight.value, 4)
      ) : (
        <span className="quiet spoken">{row.weight.reason}</span>
      ),
    value: (row) => (row.weight.state === 'ok' ? row.weight.value : null),
  },
]
