import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Evidence } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { IntervalPlot } from '../../../ui/IntervalPlot.tsx'
import { Tone } from '../../../ui/Tone.tsx'
import { figureSentence, groupLabel, intervalRows, limitLine, plottable } from '../fairness-rows.ts'
import { limitsOf } from '../limits.ts'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { type AttributeFairness, attributesOf, disparityOf, Fairness, rateTitles } from '../results.ts'
import { Confusions, Intersections, Likeness, Tests } from './FairnessDetails.tsx'
import { ImpactTable } from './ImpactTable.tsx'
import { ThresholdCard } from './ThresholdCard.tsx'

/** Every group with its interval on the rate one chooses, then everything that stands behind it. */
export function FairnessPanel({ item }: { item: Evidence }) {
  const [rate, setRate] = useState('selection_rate')
  const { data: result } = Fairness.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  const attributes = attributesOf(result)
  const rates = Object.keys(rateTitles).filter((key) =>
    attributes.some(({ fairness }) => fairness.groups.some((group) => group.rates[key] !== undefined)),
  )
  const { flag_below = 30, suppress_below = 10 } = result.parameters
  return (
    <>
      <Card
        title={`${rateTitles[rate] ?? rate} of every group, with 95 % intervals`}
        actions={
          rates.length > 1 && (
            <NativeSelect
              size="xs"
              aria-label="Rate to compare"
              value={rate}
              onChange={(event) => setRate(event.currentTarget.value)}
              data={rates.map((key) => ({ value: key, label: rateTitles[key] ?? key }))}
            />
          )
        }
      >
        <p className="quiet small" style={{ margin: 0 }}>
          Groups below {flag_below} rows are drawn hollow and decide nothing alone; below {suppress_below} rows nothing
          is said of them.
        </p>
        {attributes
          .filter(({ key }) => key !== 'intersection')
          .map(({ key, name, fairness }) => (
            <section key={key} aria-label={`By ${name}`} style={{ marginTop: 14 }}>
              <h3>By {name}</h3>
              <Sentence fairness={fairness} rate={rate} />
              <IntervalPlot
                title={`${rateTitles[rate] ?? rate} by ${name}`}
                rows={intervalRows(fairness, rate)}
                limit={limitOf(item, key, rate, fairness)}
              />
            </section>
          ))}
      </Card>
      <ThresholdCard attributes={attributes} />
      <Tests result={result} rate={rate} />
      <Intersections result={result} />
      <Confusions result={result} />
      <ImpactTable attributes={attributes} />
      <Likeness result={result} />
    </>
  )
}

/** The limit that the protocol states for this attribute and rate, where a plot can show it. */
function limitOf(item: Evidence, attribute: string, rate: string, fairness: AttributeFairness) {
  for (const { figure, limit } of limitsOf(item)) {
    const meant = plottable(figure)
    if (meant?.rate !== rate || (meant.attribute !== '*' && meant.attribute !== attribute)) continue
    return limitLine(fairness, rate, { kind: meant.kind, value: limit })
  }
  return undefined
}

function Sentence({ fairness, rate }: { fairness: AttributeFairness; rate: string }) {
  const disparity = disparityOf(fairness, rate)
  if (!disparity) return null
  const { lowest, highest, ratio, difference, rests_on_small } = disparity
  const said = (figure: typeof ratio) =>
    figure.state === 'ok' ? figureSentence(figure) : `not defined, because ${figureSentence(figure)}`
  return (
    <p className="small quiet" style={{ margin: 0 }}>
      {lowest && highest ? (
        <>
          {groupLabel(lowest)} against {groupLabel(highest)}: ratio {said(ratio)}; difference {said(difference)}.
        </>
      ) : (
        <>The ratio is {said(ratio)}.</>
      )}{' '}
      {rests_on_small && <Tone tone="attention">rests on a small group</Tone>}
    </p>
  )
}
