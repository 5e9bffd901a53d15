import type { RegressionResult } from '../../../../src/modules/evaluation/schema.ts'
import { Card } from '../../../ui/Card.tsx'
import { type Column, DataTable } from '../../../ui/DataTable.tsx'
import { LineChart } from '../../../ui/LineChart.tsx'
import { figureText, signed } from '../../../ui/Voice.tsx'
import { FigureTable } from './FigureTable.tsx'

/** A number: how far predictions are off, and whether that depends on the prediction. */
export function RegressionPerformance({ result }: { result: RegressionResult }) {
  const { residuals, residual_quantiles, figures } = result
  const predictions = residuals.map(({ mean_prediction }) => mean_prediction)
  const ends = [Math.min(...predictions), Math.max(...predictions)] as const
  return (
    <>
      <Card title={spreadSentence(result)}>
        <div className="halves">
          <div>
            <h3>Error by prediction, tenth by tenth</h3>
            <LineChart
              title="Residuals by tenths of the prediction"
              xLabel="mean prediction"
              yLabel="prediction minus truth, median; 5 to 95 of 100 rows shaded"
              series={[
                {
                  name: 'this version',
                  points: residuals.map(({ mean_prediction, median, low, high }) => ({
                    x: mean_prediction,
                    y: median,
                    low,
                    high,
                  })),
                },
              ]}
              guide={ends.map((x) => ({ x, y: 0 }))}
              dots
              twin
            />
          </div>
          <div>
            <h3>Prediction against truth</h3>
            <LineChart
              title="Mean truth by tenths of the prediction"
              xLabel="mean prediction"
              yLabel="mean truth"
              series={[
                {
                  name: 'this version',
                  points: residuals.map(({ mean_prediction, mean_target }) => ({ x: mean_prediction, y: mean_target })),
                },
              ]}
              guide={ends.map((x) => ({ x, y: x }))}
              dots
              twin
            />
          </div>
        </div>
      </Card>
      <Card title="How errors spread: of 100 rows, so many lie below" flush>
        <DataTable
          label="Quantiles of the error"
          columns={quantileColumns}
          rows={residual_quantiles}
          rowKey={(row) => String(row.q)}
          unit="quantile"
          keyboard={false}
        />
      </Card>
      <FigureTable figures={figures} />
    </>
  )
}

function spreadSentence({ residual_quantiles }: RegressionResult): string {
  const at = (q: number) => residual_quantiles.find((each) => each.q === q)?.value
  const [low, high] = [at(0.05), at(0.95)]
  if (low === undefined || high === undefined) return 'How far predictions are off'
  return `Nine predictions in ten are off by ${signed(low)} to ${signed(high)}`
}

type Quantile = RegressionResult['residual_quantiles'][number]
const quantileColumns: Column<Quantile>[] = [
  { key: 'q', header: 'Of 100 rows', cell: (row) => `${figureText(row.q * 100, 0)}`, value: (row) => row.q },
  {
    key: 'value',
    header: 'Prediction minus truth, below',
    align: 'right',
    cell: (row) => signed(row.value),
    value: (row) => row.value,
  },
]
