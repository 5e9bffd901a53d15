import { Card } from '../../../ui/Card.tsx'
import { figureText } from '../../../ui/Voice.tsx'
import { figureBrief } from '../fairness-rows.ts'
import type { Performance } from '../results.ts'
import { CalibrationCurve, GainCurve, PrecisionCurve, RocCurve, TenthsCurve } from './BinaryCurves.tsx'
import { ConfusionTable } from './ConfusionTable.tsx'
import { FigureTable } from './FigureTable.tsx'

/** Two classes: ranking, probabilities, the decision, and every figure. */
export function BinaryPerformance({ result }: { result: Performance }) {
  const { roc, lift, calibration, confusion, threshold, figures } = result
  const bins = (calibration?.equal_width ?? calibration?.equal_mass)?.bins ?? []
  return (
    <>
      {roc.length > 0 && (
        <Card
          title={`It ranks a favourable row above another one in a share of ${figureBrief(figures.roc_auc, 3)} of pairs`}
        >
          <div className="halves">
            <RocCurve result={result} />
            <PrecisionCurve result={result} />
          </div>
        </Card>
      )}
      {bins.length > 0 && (
        <Card title={`Scores are off from what happened by ${figureBrief(figures.ece, 3)} on average`}>
          <div className="halves">
            <CalibrationCurve bins={bins} />
            <CalibrationWords result={result} />
          </div>
        </Card>
      )}
      {lift.length > 0 && (
        <Card title="What choosing only the highest scores would catch">
          <div className="halves">
            <GainCurve result={result} />
            <TenthsCurve result={result} />
          </div>
        </Card>
      )}
      {confusion && (
        <Card
          title={
            threshold === undefined ? 'What was decided' : `What was decided at a score of ${figureText(threshold, 2)}`
          }
        >
          <ConfusionTable confusion={confusion} />
        </Card>
      )}
      <FigureTable figures={figures} />
    </>
  )
}

/** What slope and intercept say, since few know them by heart. */
function CalibrationWords({ result }: { result: Performance }) {
  const { calibration_slope: slope, calibration_intercept: intercept } = result.figures
  return (
    <div>
      <h3>Read as probabilities</h3>
      {slope ? (
        <>
          <p>
            Slope {figureBrief(slope)}. {slopeWords(slope.state === 'ok' ? slope : undefined)}
          </p>
          <p>
            Intercept {figureBrief(intercept)}. {interceptWords(intercept?.state === 'ok' ? intercept : undefined)}
          </p>
        </>
      ) : (
        <p className="quiet">This evidence has no calibration slope.</p>
      )}
      <p className="quiet small">
        Dots are rows in bins of the score, with 95 % intervals of what happened; on the dashed line a score is the
        chance it claims.
      </p>
    </div>
  )
}

type Known = { low?: number | undefined; high?: number | undefined }

function slopeWords(slope: Known | undefined): string {
  if (slope?.low === undefined || slope.high === undefined) return ''
  if (slope.high < 1) return 'Below 1: high scores are too high and low ones too low.'
  if (slope.low > 1) return 'Above 1: scores are too timid, too near the middle.'
  return 'Scores spread as what happened does.'
}

function interceptWords(intercept: Known | undefined): string {
  if (intercept?.low === undefined || intercept.high === undefined) return ''
  if (intercept.high < 0) return 'Below 0: scores are too high at even odds.'
  if (intercept.low > 0) return 'Above 0: scores are too low at even odds.'
  return 'At even odds they are right within chance.'
}
