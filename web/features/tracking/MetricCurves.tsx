import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/Card.tsx'
import { LineChart } from '../../ui/LineChart.tsx'
import { Loaded } from '../../ui/States.tsx'
import styles from './MetricCurves.module.css'
import { metricsOf } from './queries.ts'

/** One small chart per metric that has more than one step. Text values (NaN, infinities) are gaps. */
export function MetricCurves({ runId, keys, live }: { runId: string; keys: readonly string[]; live: boolean }) {
  const query = useQuery({ ...metricsOf(runId, keys.slice(0, 12)), refetchInterval: live ? 3000 : false })
  return (
    <Card title="Metrics by step">
      <Loaded query={query} lines={6}>
        {(series) => (
          <div className={styles.grid}>
            {series
              .filter((each) => each.points.length > 1)
              .map((each) => (
                <div key={each.key}>
                  <h3>{each.key}</h3>
                  <LineChart
                    title={`${each.key} by step`}
                    xLabel="step"
                    yLabel={each.key}
                    height={170}
                    series={[
                      {
                        name: each.key,
                        points: each.points.map((point) => ({
                          x: point.step,
                          y: typeof point.value === 'number' ? point.value : null,
                        })),
                      },
                    ]}
                  />
                </div>
              ))}
          </div>
        )}
      </Loaded>
    </Card>
  )
}
