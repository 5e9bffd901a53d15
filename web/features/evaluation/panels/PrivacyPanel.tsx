import { type Evidence, PrivacyResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { IntervalPlot, type IntervalRow } from '../../../ui/IntervalPlot.tsx'
import { EmptyState } from '../../../ui/States.tsx'
import { Tone } from '../../../ui/Tone.tsx'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { figureBrief } from '../fairness-rows.ts'
import { ResultAsItIs } from '../ResultAsItIs.tsx'

type Membership = NonNullable<PrivacyResult['membership']>
type Figure = Membership['auc']

/** What the model gives away: whether training rows can be told, which it remembers, and columns that say too much. */
export function PrivacyPanel({ item }: { item: Evidence }) {
  const { data: result } = PrivacyResult.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  const { membership, no_membership, leaks } = result
  return (
    <>
      {membership ? (
        <MembershipCard membership={membership} />
      ) : (
        <Card title="Whether training rows can be told" flush>
          <EmptyState title="It was not measured.">{no_membership ?? 'No reason was given.'}</EmptyState>
        </Card>
      )}
      {membership && <MemorisedCard membership={membership} />}
      <Card title="Columns that say too much" flush>
        <DataTable
          label="Columns that give away the label or name the row"
          columns={leakColumns}
          rows={leaks}
          rowKey={({ column, kind }) => `${column}/${kind}`}
          unit="column"
          keyboard={false}
          empty={
            <EmptyState title="None was found.">
              No column tells the label alone, and none that the model takes names the row.
            </EmptyState>
          }
        />
      </Card>
    </>
  )
}

function MembershipCard({ membership }: { membership: Membership }) {
  const { advantage, n, mean_loss, overlap } = membership
  const surely = advantage.state === 'ok' && (advantage.low ?? advantage.value) > 0
  return (
    <Card title="Whether training rows can be told">
      <p style={{ margin: '0 0 4px' }}>
        <Tone tone={surely ? 'attention' : 'met'} wrap>
          {surely
            ? 'Somebody who sees the losses can tell training rows from others better than by chance'
            : 'Losses alone do not tell training rows from others'}
        </Tone>
      </p>
      <p className="small quiet">
        From the losses of {counted(n.train, 'training row')} and {counted(n.holdout, 'other row')}: on average{' '}
        {figureText(mean_loss.train)} and {figureText(mean_loss.holdout)}. An advantage of 0 is chance, 1 is certainty.
        A low one is no proof: an attacker with models of their own does better.
      </p>
      <IntervalPlot
        title="Membership inference"
        rows={[rowOf('Advantage', advantage)]}
        limit={{ value: 0, label: 'chance' }}
      />
      <p className="small quiet" style={{ margin: '6px 0 0' }}>
        Area under the curve {figureBrief(membership.auc, 3)}; with one false alarm in a hundred it finds{' '}
        {figureBrief(membership.tpr_at_1_percent, 3)} of the training rows, where chance finds 0.010.
        {overlap.state === 'ok' &&
          ` ${figureText(overlap.value * 100, 1)} % of the dataset’s rows stand in the training data too, inputs and label alike.`}
      </p>
    </Card>
  )
}

function rowOf(label: string, figure: Figure): IntervalRow {
  const known = figure.state === 'ok' ? figure : undefined
  return {
    label,
    n: known?.n ?? null,
    value: known?.value ?? null,
    low: known?.low ?? null,
    high: known?.high ?? null,
    small: false,
    reason: figure.state === 'ok' ? undefined : figure.reason,
  }
}

function MemorisedCard({ membership }: { membership: Membership }) {
  return (
    <Card title="Training rows that it may remember" flush>
      <DataTable
        label="Training rows that the model is surest of"
        columns={memorisedColumns}
        rows={membership.memorised}
        rowKey={({ row }) => String(row)}
        unit="training row"
        keyboard={false}
        empty={
          <EmptyState title="None stands out.">
            The model is not surer of any training row than of nearly every other row.
          </EmptyState>
        }
      />
    </Card>
  )
}

const memorisedColumns: Column<Membership['memorised'][number]>[] = [
  {
    key: 'row',
    header: 'Row of the training data, from 0',
    cell: ({ row }) => row.toLocaleString('en'),
    value: ({ row }) => row,
  },
  { key: 'loss', header: 'Loss', align: 'right', cell: ({ loss }) => figureText(loss, 4), value: ({ loss }) => loss },
]

const leakColumns: Column<PrivacyResult['leaks'][number]>[] = [
  { key: 'column', header: 'Column', cell: ({ column }) => column, value: ({ column }) => column },
  {
    key: 'kind',
    header: 'Gives away',
    cell: ({ kind }) => <Tone tone="attention">{kind === 'label' ? 'the label' : 'who the row is'}</Tone>,
    value: ({ kind }) => kind,
  },
  {
    key: 'value',
    header: 'How much',
    align: 'right',
    cell: ({ value }) => figureText(value),
    value: ({ value }) => value,
  },
  {
    key: 'sentence',
    header: 'Why',
    cell: ({ sentence }) => <span style={{ whiteSpace: 'normal' }}>{sentence}</span>,
    value: ({ sentence }) => sentence,
    hideNarrow: true,
  },
]
