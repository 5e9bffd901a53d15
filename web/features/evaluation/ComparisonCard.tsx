import { useQuery } from '@tanstack/react-query'
import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { figureText, signed } from '../../ui/Voice.tsx'
import { versionsOf } from '../registry/queries.ts'
import { CompareLink } from './CompareLink.tsx'
import { evidenceOf } from './queries.ts'
import { attributesOf, disparityOf, Fairness, type Figure, figureTitle, Performance } from './results.ts'

type Row = { key: string; title: string; before: Figure | undefined; now: Figure | undefined }
const compared = ['roc_auc', 'accuracy', 'recall', 'precision', 'ece', 'brier'] as const

/** What changed since the version before, on the figures that decide. */
export function ComparisonCard({ version }: { version: ModelVersion }) {
  const { data: versions = [] } = useQuery(versionsOf(version.model))
  const before = versions.find((each) => each.version < version.version)
  const now = useQuery(evidenceOf(version.model, version.version)).data
  const then = useQuery({
    ...evidenceOf(version.model, before?.version ?? 0),
    enabled: before !== undefined,
  }).data
  if (!before || !now || !then) return null
  const rows = rowsOf(then, now)
  if (rows.length === 0) return null
  const same = sameGround(then, now)
  return (
    <Card
      title={`Compared with version ${before.version}${same ? ', same protocol and data' : ''}`}
      actions={
        <>
          {!same && <Tone tone="attention">Other protocol or data: not comparable figure by figure</Tone>}
          <CompareLink model={version.model} a={before.version} b={version.version} />
        </>
      }
      flush
    >
      <DataTable
        label={`${version.model} ${version.version} compared with ${before.version}`}
        columns={columnsOf(before.version, version.version)}
        rows={rows}
        rowKey={(row) => row.key}
        unit="measure"
        keyboard={false}
      />
    </Card>
  )
}

function columnsOf(before: number, now: number): Column<Row>[] {
  return [
    { key: 'measure', header: 'Measure', cell: (row) => row.title, value: (row) => row.title },
    {
      key: 'before',
      header: String(before),
      align: 'right',
      cell: (row) => valueText(row.before),
      value: (row) => numberOf(row.before),
    },
    {
      key: 'now',
      header: String(now),
      align: 'right',
      cell: (row) => valueText(row.now),
      value: (row) => numberOf(row.now),
    },
    { key: 'change', header: 'Change', align: 'right', cell: changeText, value: changeOf },
    {
      key: 'interval_before',
      header: `${before}, interval`,
      align: 'right',
      hideNarrow: true,
      cell: (row) => <span className="quiet">{intervalText(row.before)}</span>,
      value: (row) => intervalText(row.before),
    },
    {
      key: 'interval_now',
      header: `${now}, interval`,
      align: 'right',
      hideNarrow: true,
      cell: (row) => <span className="quiet">{intervalText(row.now)}</span>,
      value: (row) => intervalText(row.now),
    },
  ]
}

function rowsOf(then: readonly Evidence[], now: readonly Evidence[]): Row[] {
  const [oldFair, newFair] = [resultOf(then, 'fairness', Fairness), resultOf(now, 'fairness', Fairness)]
  const [oldPerf, newPerf] = [resultOf(then, 'performance', Performance), resultOf(now, 'performance', Performance)]
  const fair = newFair
    ? attributesOf(newFair).map(({ name, key, fairness }) => {
        const old = oldFair && attributesOf(oldFair).find((each) => each.key === key)
        return {
          key,
          title: `Lowest selection ratio, ${name}`,
          before: old && disparityOf(old.fairness, 'selection_rate')?.ratio,
          now: disparityOf(fairness, 'selection_rate')?.ratio,
        }
      })
    : []
  const perf = compared.map((key) => ({
    key,
    title: figureTitle(key),
    before: oldPerf?.figures[key],
    now: newPerf?.figures[key],
  }))
  return [...fair, ...perf].filter((row) => row.before && row.now)
}

type Parses<T> = { safeParse: (value: unknown) => { data?: T } }

export function resultOf<T>(evidence: readonly Evidence[], kind: Evidence['kind'], schema: Parses<T>): T | undefined {
  const item = evidence.find((each) => each.kind === kind)
  return item && schema.safeParse(item.result).data
}

/** Same method, parameters and evaluation data on both sides. */
function sameGround(then: readonly Evidence[], now: readonly Evidence[]): boolean {
  return now.every((item) => {
    const old = then.find((each) => each.kind === item.kind)
    return old !== undefined && groundOf(old) === groundOf(item)
  })
}

function groundOf({ method, inputs }: Evidence): string {
  const data = inputs.filter((input) => !/model|version|artifact|file/.test(input.role)).map((input) => input.digest)
  const { model: _, ...parameters } = method.parameters
  return JSON.stringify([method.name, method.version, parameters, data])
}

function numberOf(figure: Figure | undefined): number | null {
  return figure?.state === 'ok' ? figure.value : null
}

function valueText(figure: Figure | undefined): string {
  return figureText(numberOf(figure))
}

function intervalText(figure: Figure | undefined): string {
  if (figure?.state !== 'ok' || figure.low === undefined || figure.high === undefined) return '–'
  return `${figureText(figure.low)} … ${figureText(figure.high)}`
}

function changeOf(row: Row): number | null {
  const [before, now] = [numberOf(row.before), numberOf(row.now)]
  return before === null || now === null ? null : now - before
}

function changeText(row: Row): string {
  const change = changeOf(row)
  return change === null ? '–' : signed(change)
}
