import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { type ComparedFigure, EvidenceKind, type VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { useSorted } from '../../ui/sorted.ts'
import { Tone } from '../../ui/Tone.tsx'
import { figureText, signed } from '../../ui/Voice.tsx'
import { type Verdict, verdictOf } from './comparison-finding.ts'
import { pathTitle } from './figure-path.ts'
import { figureColumns, pText } from './panels/columns.tsx'

type Props = {
  found: VersionComparison
  kind: EvidenceKind | undefined
  onKind: (kind: EvidenceKind | undefined) => void
}
/** As many as one reads; the rest is a press away. */
const few = 20

/** Every figure that both have: crossed limits first, then what chance does not explain. */
export function ComparedFigures({ found, kind, onKind }: Props) {
  const [all, setAll] = useState(false)
  const columns = columnsOf(found)
  const rows = found.figures.filter((each) => kind === undefined || each.kind === kind)
  const { rows: sorted, ...sorting } = useSorted(rows, columns)
  const kinds = EvidenceKind.options.filter((each) => found.figures.some((figure) => figure.kind === each))
  return (
    <Card
      title="Figure by figure, what matters first"
      flush
      actions={
        kinds.length > 1 && (
          <NativeSelect
            size="xs"
            aria-label="Kind of evidence"
            value={kind ?? ''}
            onChange={(event) => onKind(kinds.find((each) => each === event.currentTarget.value))}
            data={[{ value: '', label: 'every kind' }, ...kinds.map((each) => ({ value: each, label: each }))]}
          />
        )
      }
    >
      <DataTable
        label={`${found.model} ${found.b} against ${found.a}`}
        columns={columns}
        rows={all ? sorted : sorted.slice(0, few)}
        total={rows.length}
        {...sorting}
        rowKey={(row) => `${row.kind}/${row.figure}`}
        unit="figure"
        keyboard={false}
        more={
          rows.length > few && (
            <Button kind="bare" onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? 'Show fewer' : 'Show all'}
            </Button>
          )
        }
      />
    </Card>
  )
}

const basisWords: Record<ComparedFigure['basis'], string> = {
  paired: 'on the same rows',
  intervals: 'from both intervals',
  none: 'no interval',
}
const verdictWords: Record<Verdict, string> = {
  worse: 'worse',
  better: 'better',
  other: 'differs',
  chance: 'within chance',
  unsaid: 'cannot be said',
}

function VerdictCell({ row }: { row: ComparedFigure }) {
  const verdict = verdictOf(row)
  const words = verdictWords[verdict]
  return (
    <>
      {verdict === 'worse' ? (
        <Tone tone="attention">{words}</Tone>
      ) : verdict === 'better' ? (
        <Tone tone="met">{words}</Tone>
      ) : (
        <span className="quiet">{words}</span>
      )}
      {row.limit?.crossed && <LimitCrossed limit={row.limit} />}
    </>
  )
}

function LimitCrossed({ limit }: { limit: NonNullable<ComparedFigure['limit']> }) {
  const words = `${limit.is === 'at_least' ? 'at least' : 'at most'} ${figureText(limit.limit, 2)}`
  return (
    <div>
      {limit.b === null ? (
        <Tone tone="unknown">limit {words} cannot be said</Tone>
      ) : limit.b ? (
        <Tone tone="met">now keeps {words}</Tone>
      ) : (
        <Tone tone="blocked">no longer {words}</Tone>
      )}
    </div>
  )
}

function DifferenceCell({ row: { difference, p } }: { row: ComparedFigure }) {
  if (!difference) return <>–</>
  return (
    <>
      {signed(difference.value)}
      {difference.low !== null && difference.high !== null && (
        <div className="quiet">
          {figureText(difference.low, 2)} … {figureText(difference.high, 2)}
        </div>
      )}
      {p !== null && <div className="quiet">p {pText(p)}</div>}
    </>
  )
}

function columnsOf({ a, b }: VersionComparison): Column<ComparedFigure>[] {
  return [
    {
      key: 'figure',
      header: 'Figure',
      sort: 'figure',
      cell: (row) => (
        <>
          {pathTitle(row.figure)}
          <div className="quiet small">
            {row.kind}, {basisWords[row.basis]}
          </div>
        </>
      ),
      value: (row) => `${row.kind}.${row.figure}`,
    },
    ...figureColumns<ComparedFigure>('a', `Version ${a}`, (row) => row.a, true),
    ...figureColumns<ComparedFigure>('b', `Version ${b}`, (row) => row.b),
    {
      key: 'difference',
      header: 'Difference',
      align: 'right',
      sort: 'difference',
      cell: (row) => <DifferenceCell row={row} />,
      value: (row) => row.difference?.value ?? null,
    },
    {
      key: 'low',
      header: 'Difference, low',
      fileOnly: true,
      align: 'right',
      cell: (row) => figureText(row.difference?.low),
      value: (row) => row.difference?.low,
    },
    {
      key: 'high',
      header: 'Difference, high',
      fileOnly: true,
      align: 'right',
      cell: (row) => figureText(row.difference?.high),
      value: (row) => row.difference?.high,
    },
    {
      key: 'verdict',
      header: 'Verdict',
      sort: 'verdict',
      cell: (row) => <VerdictCell row={row} />,
      value: (row) => verdictWords[verdictOf(row)],
    },
  ]
}
