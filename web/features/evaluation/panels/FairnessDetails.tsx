import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { useSorted } from '../../../ui/sorted.ts'
import { Tone } from '../../../ui/Tone.tsx'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { figureSentence, groupLabel } from '../fairness-rows.ts'
import {
  attributesOf,
  disparityOf,
  type Fairness,
  type Figure,
  type GroupRow,
  type GroupTest,
  rateTitles,
} from '../results.ts'
import { figureColumns, groupColumn, pText, rowsColumn } from './columns.tsx'

export function Intersections({ result: { intersection, attributes } }: { result: Fairness }) {
  const groups = intersection?.groups ?? []
  const table = useSorted(groups, groupColumns)
  if (groups.length === 0) return null
  const names = intersection?.name ?? Object.keys(attributes).join('|')
  return (
    <Card title={`Groups by ${names.split('|').join(' and ')} at once`} flush>
      <DataTable
        label="Rates by intersection"
        columns={groupColumns}
        {...table}
        rowKey={(row) => row.group}
        unit="group"
        keyboard={false}
      />
    </Card>
  )
}

const sizeWords = { ok: '', small: 'small', suppressed: 'withheld' } as const
const rateColumns = (rate: string, hideNarrow = false) =>
  figureColumns<GroupRow>(rate, rateTitles[rate] ?? rate, (row) => row.rates[rate], hideNarrow)

const groupColumns: Column<GroupRow>[] = [
  {
    key: 'group',
    header: 'Group',
    sort: 'group',
    cell: (row) => (
      <>
        {groupLabel(row.group)}
        {row.state !== 'ok' && <span className="quiet small">, {sizeWords[row.state]}</span>}
      </>
    ),
    value: (row) => row.group,
  },
  {
    key: 'n',
    header: 'Rows',
    align: 'right',
    sort: 'n',
    cell: (row) => row.n.toLocaleString('en'),
    value: (row) => row.n,
  },
  ...rateColumns('selection_rate'),
  ...rateColumns('tpr'),
  ...rateColumns('fpr', true),
  ...rateColumns('ppv', true),
]

type TestRow = GroupTest & { attribute: string }

export function Tests({ result, rate }: { result: Fairness; rate: string }) {
  const rows = attributesOf(result).flatMap(({ name, fairness }) =>
    (disparityOf(fairness, rate)?.comparisons ?? []).map((test): TestRow => ({ ...test, attribute: name })),
  )
  const table = useSorted(rows, testColumns, { sort: 'p_adjusted', direction: 'ascending' })
  if (rows.length === 0) return null
  const adjustment = result.parameters.adjustment === 'benjamini_hochberg' ? 'Benjamini and Hochberg' : 'Holm'
  const sure = rows.filter(({ p_adjusted }) => p_adjusted < 0.05).length
  return (
    <Card
      title={`${rateTitles[rate] ?? rate}: ${sure} of ${counted(rows.length, 'difference')} to the highest group ${sure === 1 ? 'is' : 'are'} more than chance explains`}
      flush
    >
      <p className="quiet small" style={{ margin: '0 14px 6px' }}>
        p is adjusted for all groups of one attribute by the method of {adjustment}; small expected counts are tested by
        Fisher's exact test, others by the z test of two proportions.
      </p>
      <DataTable
        label={`Tests of ${rateTitles[rate] ?? rate}`}
        columns={testColumns}
        {...table}
        rowKey={(row) => `${row.attribute}/${row.group}`}
        unit="comparison"
        keyboard={false}
      />
    </Card>
  )
}

const testNames: Record<string, string> = { two_proportion_z: 'z test', fisher_exact: "Fisher's exact" }

const testColumns: Column<TestRow>[] = [
  {
    key: 'group',
    header: 'Group',
    sort: 'group',
    cell: (row) => (
      <>
        {groupLabel(row.group)} <span className="quiet small">against {groupLabel(row.versus)}</span>
      </>
    ),
    value: (row) => `${row.group} against ${row.versus}`,
  },
  {
    key: 'attribute',
    header: 'By',
    sort: 'attribute',
    hideNarrow: true,
    cell: (row) => row.attribute,
    value: (row) => row.attribute,
  },
  ...figureColumns<TestRow>('difference', 'Difference', (row) => row.difference),
  ...figureColumns<TestRow>('ratio', 'Ratio', (row) => row.ratio, true),
  {
    key: 'test',
    header: 'Test',
    hideNarrow: true,
    cell: (row) => testNames[row.test] ?? row.test,
    value: (row) => row.test,
  },
  {
    key: 'p',
    header: 'p',
    align: 'right',
    sort: 'p',
    hideNarrow: true,
    cell: (row) => pText(row.p),
    value: (row) => row.p,
  },
  {
    key: 'p_adjusted',
    header: 'p, adjusted',
    align: 'right',
    sort: 'p_adjusted',
    cell: (row) => pText(row.p_adjusted),
    value: (row) => row.p_adjusted,
  },
]

type ConfusionRow = GroupRow & { attribute: string }

export function Confusions({ result }: { result: Fairness }) {
  const rows = attributesOf(result)
    .filter(({ key }) => key !== 'intersection')
    .flatMap(({ name, fairness }) => fairness.groups.map((group): ConfusionRow => ({ ...group, attribute: name })))
    .filter(({ counts }) => counts)
  const table = useSorted(rows, confusionColumns)
  if (rows.length === 0) return null
  return (
    <Card title="What was decided for each group, against what happened" flush>
      <DataTable
        label="Confusion by group"
        columns={confusionColumns}
        {...table}
        rowKey={(row) => `${row.attribute}/${row.group}`}
        unit="group"
        keyboard={false}
      />
    </Card>
  )
}

const countColumn = (key: 'tp' | 'fp' | 'tn' | 'fn', header: string): Column<ConfusionRow> => ({
  key,
  header,
  align: 'right',
  sort: key,
  cell: (row) => row.counts?.[key].toLocaleString('en') ?? '–',
  value: (row) => row.counts?.[key] ?? null,
})

const confusionColumns: Column<ConfusionRow>[] = [
  groupColumn(),
  rowsColumn(),
  countColumn('tp', 'Rightly chosen'),
  countColumn('fp', 'Wrongly chosen'),
  countColumn('fn', 'Wrongly passed over'),
  countColumn('tn', 'Rightly passed over'),
]

export function Likeness({ result }: { result: Fairness }) {
  const own = attributesOf(result).flatMap(({ name, fairness }) =>
    fairness.differential ? [{ name, ...fairness.differential }] : [],
  )
  const { individual } = result
  if (!individual && own.length === 0) return null
  return (
    <Card title="Like rows, and groups by their worst pair">
      {individual && (
        <p>
          Consistency {valueWords(individual.consistency)}
          {individual.consistency.state === 'ok' &&
            `: a row is decided as its ${individual.neighbours} nearest rows are, on average, in that share (${counted(individual.rows, 'row')}, likeness by ${counted(individual.features.length, 'feature')}, protected ones left out)`}
          .
        </p>
      )}
      {own.map(({ name, decisions, labels, amplification }) => (
        <p key={name}>
          By {name}: decisions differ between groups by {valueWords(decisions)} in log shares
          {labels && `, labels by ${valueWords(labels)}`}.{' '}
          {amplification?.state === 'ok' && amplification.value > 0 && (
            <Tone tone="attention">The model widens what the labels have by {figureText(amplification.value, 2)}</Tone>
          )}
        </p>
      ))}
      <p className="quiet small" style={{ marginBottom: 0 }}>
        Consistency after Zemel et al. 2013; differential fairness after Foulds et al. 2020, smoothed. 0.7 in log shares
        is a factor of two.
      </p>
    </Card>
  )
}

function valueWords(figure: Figure): string {
  return figure.state === 'ok' ? figureText(figure.value, 2) : `not defined (${figureSentence(figure)})`
}
