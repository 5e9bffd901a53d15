import type { Run } from '../../../src/modules/tracking/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { Fact, figureText } from '../../ui/Voice.tsx'
import { MetricCurves } from './MetricCurves.tsx'
import { RunAside } from './RunAside.tsx'

export function RunOverview({ run }: { run: Run }) {
  const curves = run.metrics.filter((metric) => metric.step > 0).map((metric) => metric.key)
  return (
    <div className="cols">
      <div>
        {curves.length > 0 && <MetricCurves runId={run.id} keys={curves} live={run.status === 'RUNNING'} />}
        <Card title="Last metrics" flush>
          <DataTable
            label={`Metrics of ${run.name}`}
            columns={metricColumns}
            rows={run.metrics}
            rowKey={(metric) => metric.key}
            unit="metric"
            keyboard={false}
            empty={<EmptyState title="This run logged no metrics." />}
          />
        </Card>
        <Card title="Parameters" flush>
          <DataTable
            label={`Parameters of ${run.name}`}
            columns={paramColumns}
            rows={run.params}
            rowKey={(param) => param.key}
            unit="parameter"
            keyboard={false}
            empty={<EmptyState title="This run logged no parameters." />}
          />
        </Card>
      </div>
      <RunAside run={run} />
    </div>
  )
}

const metricColumns: Column<Run['metrics'][number]>[] = [
  { key: 'key', header: 'Metric', cell: (metric) => metric.key, value: (metric) => metric.key },
  {
    key: 'value',
    header: 'Value',
    align: 'right',
    cell: (metric) => (typeof metric.value === 'number' ? figureText(metric.value, 5) : metric.value),
    value: (metric) => metric.value,
  },
  {
    key: 'step',
    header: 'At step',
    align: 'right',
    cell: (metric) => metric.step.toLocaleString('en'),
    value: (metric) => metric.step,
  },
]

const paramColumns: Column<Run['params'][number]>[] = [
  { key: 'key', header: 'Parameter', cell: (param) => param.key, value: (param) => param.key },
  { key: 'value', header: 'Value', cell: (param) => <Fact>{param.value}</Fact>, value: (param) => param.value },
]
