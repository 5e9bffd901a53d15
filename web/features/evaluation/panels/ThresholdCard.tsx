import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { ThresholdEffects } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { LineChart, type Series } from '../../../ui/LineChart.tsx'
import { figureText, signed } from '../../../ui/Voice.tsx'
import { groupLabel } from '../fairness-rows.ts'
import { type AttributeFairness, rateTitles } from '../results.ts'
import { type Counts, type MovedRate, movedRate, movedRates } from './moved.ts'
import styles from './ThresholdCard.module.css'

type Attribute = { name: string; effects: ThresholdEffects }
type Props = { attributes: readonly { key: string; name: string; fairness: AttributeFairness }[] }

/** What each group would get if the one threshold stood elsewhere. */
export function ThresholdCard({ attributes }: Props) {
  const shown = attributes.flatMap(({ key, name, fairness }) =>
    key !== 'intersection' && fairness.thresholds ? [{ name, effects: fairness.thresholds }] : [],
  )
  const first = shown[0]
  return first ? <Moving first={first} attributes={shown} /> : null
}

function Moving({ first, attributes }: { first: Attribute; attributes: readonly Attribute[] }) {
  const { cuts, present, all } = first.effects
  const now = Math.max(0, cuts.indexOf(present))
  const [rate, setRate] = useState<MovedRate>('selection_rate')
  const [at, setAt] = useState(now)
  const cut = cuts[at] ?? present
  const right = (index: number) => movedRate('accuracy', all, index)
  return (
    <Card
      title={
        at === now
          ? `What moving the threshold would do; it stands at ${figureText(present, 2)}`
          : `If decisions were made at ${figureText(cut, 2)} instead of ${figureText(present, 2)}`
      }
      actions={
        <NativeSelect
          size="xs"
          aria-label="Rate as the threshold moves"
          value={rate}
          onChange={(event) =>
            setRate(movedRates.find((each) => each === event.currentTarget.value) ?? 'selection_rate')
          }
          data={movedRates.map((key) => ({ value: key, label: rateTitles[key] ?? key }))}
        />
      }
    >
      <label className={styles.slider}>
        <span>Threshold {figureText(cut, 2)}</span>
        <input
          type="range"
          min={0}
          max={cuts.length - 1}
          step={1}
          value={at}
          aria-valuetext={figureText(cut, 2)}
          onChange={(event) => setAt(Number(event.currentTarget.value))}
        />
      </label>
      <p className="small" aria-live="polite">
        {at === now
          ? `Accuracy over all is ${figureText(right(at))}.`
          : `Accuracy over all would be ${figureText(right(at))}, ${signed((right(at) ?? 0) - (right(now) ?? 0))} against now.`}
      </p>
      <div className="halves">
        {attributes.map(({ name, effects }) => (
          <div key={name}>
            <h3>
              {rateTitles[rate]} by {name}
            </h3>
            <LineChart
              title={`${rateTitles[rate]} by ${name} as the threshold moves`}
              xLabel="threshold"
              yLabel={(rateTitles[rate] ?? rate).toLowerCase()}
              series={seriesOf(effects, rate)}
              domain={{ x: [Math.min(...cuts), Math.max(...cuts)], y: [0, 1] }}
              mark={{ x: present, label: `now ${figureText(present, 2)}` }}
              twin
            />
          </div>
        ))}
      </div>
      {attributes.map(({ name, effects }) => (
        <div key={name} className={styles.table}>
          <DataTable
            label={`Groups by ${name} at a threshold of ${figureText(cut, 2)}`}
            columns={columnsOf(name, effects, at, now)}
            rows={effects.groups}
            rowKey={(row) => row.group}
            unit="group"
            keyboard={false}
          />
        </div>
      ))}
    </Card>
  )
}

/** The five largest groups; the table has them all. */
function seriesOf({ cuts, groups }: ThresholdEffects, rate: MovedRate): Series[] {
  return groups
    .toSorted((a, b) => b.n - a.n)
    .slice(0, 5)
    .map((group) => ({
      name: groupLabel(group.group),
      points: cuts.map((x, index) => ({ x, y: movedRate(rate, group, index) })),
    }))
}

type Group = ThresholdEffects['groups'][number]

function columnsOf(name: string, effects: ThresholdEffects, at: number, now: number): Column<Group>[] {
  const highest = Math.max(
    ...effects.groups.filter(({ state }) => state === 'ok').map((group) => movedRate('selection_rate', group, at) ?? 0),
  )
  return [
    { key: 'group', header: `By ${name}`, cell: (row) => groupLabel(row.group), value: (row) => row.group },
    {
      key: 'n',
      header: 'Rows',
      align: 'right',
      hideNarrow: true,
      cell: (row) => row.n.toLocaleString('en'),
      value: (row) => row.n,
    },
    ...movedRates.map((rate) => movedColumn(rate, at, now)),
    {
      key: 'ratio',
      header: 'Of the highest',
      align: 'right',
      cell: (row) => figureText(ratio(row, at, highest), 2),
      value: (row) => ratio(row, at, highest),
    },
  ]
}

function movedColumn(rate: MovedRate, at: number, now: number): Column<Group> {
  return {
    key: rate,
    header: rateTitles[rate] ?? rate,
    align: 'right',
    cell: (row) => {
      const [then, today] = [movedRate(rate, row, at), movedRate(rate, row, now)]
      return (
        <>
          {figureText(then)}
          {at !== now && then !== null && today !== null && <span className="quiet"> {signed(then - today, 2)}</span>}
        </>
      )
    },
    value: (row) => movedRate(rate, row, at),
  }
}

function ratio(row: Counts, at: number, highest: number): number | null {
  const own = movedRate('selection_rate', row, at)
  return own === null || highest === 0 ? null : own / highest
}
