import { useQuery } from '@tanstack/react-query'
import type { Manifest, ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { version } from '../registry/queries.ts'

type Row = { key: string; what: string; before: string | null; now: string | null }

/** What differs in the sealed content of two versions: files, data, run and signature. What is the same is only counted. */
export function ContentCard({ model, a, b }: { model: string; a: number; b: number }) {
  const before = useQuery(version(model, String(a))).data
  const now = useQuery(version(model, String(b))).data
  if (!before || !now) return null
  const { rows, same } = differencesOf(before, now)
  return (
    <Card title="What else differs" flush>
      {rows.length === 0 ? (
        <p className="quiet" style={{ margin: '10px 14px' }}>
          Nothing: both versions have the same files, data, run and signature.
        </p>
      ) : (
        <>
          <DataTable
            label="Differences of content"
            columns={columnsOf(a, b)}
            rows={rows}
            rowKey={(row) => row.key}
            unit="difference"
            keyboard={false}
          />
          {same > 0 && (
            <p className="quiet small" style={{ margin: '6px 14px 10px' }}>
              {same} more {same === 1 ? 'part is' : 'parts are'} the same in both.
            </p>
          )}
        </>
      )}
    </Card>
  )
}

function columnsOf(a: number, b: number): Column<Row>[] {
  const side = (key: 'before' | 'now', number: number): Column<Row> => ({
    key,
    header: `Version ${number}`,
    cell: (row) =>
      row[key] === null ? <span className="quiet">none</span> : <Fact title={row[key]}>{short(row[key])}</Fact>,
    value: (row) => row[key],
  })
  return [
    { key: 'what', header: 'Part', cell: (row) => row.what, value: (row) => row.what },
    side('before', a),
    side('now', b),
  ]
}

function differencesOf(before: ModelVersion, now: ModelVersion): { rows: Row[]; same: number } {
  const [left, right] = [partsOf(before.manifest), partsOf(now.manifest)]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  const rows = keys.map((key) => ({
    key,
    what: key,
    before: left.get(key) ?? null,
    now: right.get(key) ?? null,
  }))
  const differing = rows.filter((row) => row.before !== row.now)
  return { rows: differing, same: rows.length - differing.length }
}

/** Every part of a manifest by its name, with what identifies it. Data comes first, because it matters most. */
function partsOf({ datasets, run, signature, files }: Manifest): Map<string, string> {
  return new Map([
    ...datasets.map(({ name, context, digest }): [string, string] => [
      `data ${name}${context ? `, ${context}` : ''}`,
      digest,
    ]),
    ['run', run?.id ?? 'none'],
    ['signature', signature === null ? 'none' : JSON.stringify(signature)],
    ...files.map(({ path, sha256 }): [string, string] => [`file ${path}`, sha256]),
  ])
}

const short = (text: string) => {
  const bare = text.replace('sha256:', '')
  return bare.length > 16 ? `${bare.slice(0, 12)}…` : bare
}
