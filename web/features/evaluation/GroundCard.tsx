import type { ComparedKind, VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { EvidenceLink } from './EvidenceLink.tsx'
import { kindTitles } from './findings.ts'

/** On which evidence a comparison rests, and whether both sides stand on the same ground. */
export function GroundCard({ found }: { found: VersionComparison }) {
  if (found.kinds.length === 0) return null
  return (
    <Card title="The evidence it rests on" flush>
      <p className="quiet small" style={{ margin: '0 14px 6px' }}>
        A difference from both intervals is judged as if the rows were different ones. Where they are the same, the true
        interval is narrower, so what is called more than chance is.
      </p>
      <DataTable
        label="Evidence of both versions"
        columns={columnsOf(found)}
        rows={found.kinds}
        rowKey={(row) => row.kind}
        unit="kind"
        keyboard={false}
      />
    </Card>
  )
}

function columnsOf({ model, a, b }: VersionComparison): Column<ComparedKind>[] {
  const side = (key: 'a' | 'b', version: number): Column<ComparedKind> => ({
    key,
    header: `Version ${version}`,
    cell: (row) => {
      const id = row[key]
      return id ? (
        <EvidenceLink about={{ model, version }} id={id}>
          evidence of {version}
        </EvidenceLink>
      ) : (
        <span className="quiet">none</span>
      )
    },
    value: (row) => row[key],
  })
  return [
    { key: 'kind', header: 'Kind', cell: (row) => kindTitles[row.kind], value: (row) => row.kind },
    side('a', a),
    side('b', b),
    {
      key: 'ground',
      header: 'Ground',
      cell: (row) => <Ground row={row} />,
      value: (row) => row.differs.join(' '),
    },
  ]
}

function Ground({ row }: { row: ComparedKind }) {
  if (row.a === null || row.b === null) return <Tone tone="unknown">one side only</Tone>
  if (row.differs.length === 0) return <Tone tone="met">the same</Tone>
  return <Tone tone="attention">other {row.differs.join(', ')}</Tone>
}
