import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { IntervalPlot } from '../../ui/IntervalPlot.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { figureSentence, groupLabel, intervalRows } from './fairness-rows.ts'
import { type AttributeFairness, attributesOf, disparityOf, type Fairness, rateTitles } from './results.ts'

/** One interval plot for every protected attribute and for their intersection, on the rate one chooses. */
export function FairnessPanel({ result }: { result: Fairness }) {
  const [rate, setRate] = useState('selection_rate')
  const attributes = attributesOf(result)
  const rates = Object.keys(rateTitles).filter((key) =>
    attributes.some(({ fairness }) => fairness.groups.some((group) => group.rates[key] !== undefined)),
  )
  return (
    <>
      <div className="row" style={{ margin: '10px 0 4px' }}>
        <NativeSelect
          size="xs"
          aria-label="Rate to compare"
          value={rate}
          onChange={(event) => setRate(event.currentTarget.value)}
          data={rates.map((key) => ({ value: key, label: rateTitles[key] ?? key }))}
        />
        <span className="quiet small">{counted(result.n, 'row')}, groups below 30 rows are drawn hollow</span>
      </div>
      {attributes.map(({ key, name, fairness }) => (
        <section key={key} aria-label={`By ${name}`} style={{ marginTop: 14 }}>
          <h3>By {name}</h3>
          <Sentence fairness={fairness} rate={rate} />
          <IntervalPlot title={`${rateTitles[rate] ?? rate} by ${name}`} rows={intervalRows(fairness, rate)} />
        </section>
      ))}
    </>
  )
}

function Sentence({ fairness, rate }: { fairness: AttributeFairness; rate: string }) {
  const disparity = disparityOf(fairness, rate)
  if (!disparity) return null
  const { lowest, highest, ratio, difference, rests_on_small } = disparity
  return (
    <p className="small quiet" style={{ margin: 0 }}>
      {lowest && highest ? (
        <>
          {groupLabel(lowest)} against {groupLabel(highest)}: ratio {figureSentence(ratio)}; difference{' '}
          {figureSentence(difference)}.
        </>
      ) : (
        figureSentence(ratio)
      )}{' '}
      {rests_on_small && <Tone tone="attention">rests on a small group</Tone>}
    </p>
  )
}
