import { type Evidence, ExplanationResult } from '../../../../src/modules/evaluation/schema.ts'
import { BarPlot } from '../../../ui/BarPlot.tsx'
import { Card } from '../../../ui/Card.tsx'
import { Tone } from '../../../ui/Tone.tsx'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { ResultAsItIs } from '../ResultAsItIs.tsx'
import { figureTitle } from '../results.ts'
import { DependencePlot } from './DependencePlot.tsx'
import { methodWords } from './method-words.ts'
import { Warnings } from './Warnings.tsx'

/** More bars than this are a wall; the table has them all. */
const mostBars = 15

/** What the model goes by: without which column it does worse, what moves single predictions, and in which direction. */
export function ExplanationPanel({ item }: { item: Evidence }) {
  const { data: result } = ExplanationResult.safeParse(item.result)
  if (!result) return <ResultAsItIs item={item} />
  const { importance, shapley, dependence, correlated } = result
  return (
    <>
      <Warnings warnings={result.warnings} />
      <div className="halves">
        <Card title="Without which column it does worse">
          <p className="small quiet">
            Drop of {scoreWords(importance.score)} from {figureText(importance.baseline)} when one column is shuffled,{' '}
            {counted(importance.repeats, 'time')} each over {counted(importance.rows, 'row')}. Dots are single shuffles.
          </p>
          <BarPlot
            title="Permutation importance"
            unit={`Drop of ${scoreWords(importance.score)}`}
            spread={`standard deviation over ${importance.repeats} shuffles`}
            rows={importance.features.slice(0, mostBars).map(({ feature, mean, std, drops }) => ({
              label: feature,
              value: mean,
              spread: std,
              points: drops,
            }))}
          />
          <More shown={mostBars} all={importance.features.length} />
        </Card>
        <Card title="What moves single predictions">
          <p className="small quiet">
            Mean absolute Shapley value over {counted(shapley.rows, 'row')}, {methodWords[shapley.method]}, on the scale
            of {shapley.scale === 'log_odds' ? `the log odds of ${result.explains}` : result.explains}.
          </p>
          <BarPlot
            title="Shapley values"
            unit="Mean absolute value"
            {...(shapley.method === 'sampled_orders' ? { spread: 'standard error of the sampling' } : {})}
            rows={shapley.features.slice(0, mostBars).map(({ feature, mean_absolute, error }) => ({
              label: feature,
              value: mean_absolute,
              spread: error,
            }))}
          />
          <More shown={mostBars} all={shapley.features.length} />
          <p className="small" style={{ margin: '8px 0 0' }}>
            <Tone tone={shapley.additivity.holds ? 'met' : 'blocked'} wrap>
              {shapley.additivity.holds
                ? 'They add up to the prediction in every row'
                : `They miss the prediction by up to ${figureText(shapley.additivity.largest, 4)}`}
            </Tone>{' '}
            <span className="quiet">
              starting from {figureText(shapley.base)}, the average over {counted(shapley.background, 'row')}
            </span>
          </p>
        </Card>
      </div>
      {dependence.length > 0 && (
        <Card title="How predictions follow a column">
          <p className="small quiet">
            The thick line is the average when every row has the value; thin lines are single rows.
            {correlated.length > 0 && ' Columns that move together take the curves to rows that do not occur.'}
          </p>
          <div className="halves">
            {dependence.map((curve) => (
              <DependencePlot key={curve.feature} curve={curve} explains={result.explains} />
            ))}
          </div>
        </Card>
      )}
    </>
  )
}

function More({ shown, all }: { shown: number; all: number }) {
  return all > shown ? (
    <p className="small quiet">
      The first {shown} of {counted(all, 'column')}.
    </p>
  ) : null
}

const scoreWords = (score: string) => figureTitle(score)
