import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FileScan, ScanFinding } from '../../../src/modules/artifacts/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import type { Waiver } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { waiversOf } from '../reviews/queries.ts'
import { WaiverDialog } from './WaiverDialog.tsx'

const tones = { unsafe: 'blocked', unknown: 'unknown', notice: 'attention' } as const

type Waived = { waivers: readonly Waiver[]; onWaive: ((finding: ScanFinding) => void) | undefined }

const columnsOf = ({ waivers, onWaive }: Waived): Column<ScanFinding>[] => [
  {
    key: 'severity',
    header: 'Found',
    cell: ({ severity }) => <Tone tone={tones[severity]}>{severity}</Tone>,
    value: ({ severity }) => severity,
  },
  { key: 'path', header: 'File', cell: ({ path }) => <Fact>{path}</Fact>, value: ({ path }) => path },
  { key: 'what', header: 'What', cell: ({ what }) => <Fact>{what}</Fact>, value: ({ what }) => what },
  {
    key: 'message',
    header: 'Meaning',
    cell: ({ message }) => message,
    value: ({ message }) => message,
    hideNarrow: true,
  },
  {
    key: 'waiver',
    header: 'Waiver',
    cell: (finding) => {
      const waiver = activeFor(finding, waivers)
      if (waiver) {
        return (
          <Tone tone="attention">
            until <Moment at={waiver.until} />
          </Tone>
        )
      }
      if (finding.severity !== 'unknown') return '–'
      if (!onWaive) return <span className="quiet">none</span>
      return (
        <Button kind="bare" onClick={() => onWaive(finding)} aria-label={`Waive ${finding.what} in ${finding.path}`}>
          Waive
        </Button>
      )
    },
    value: (finding) => activeFor(finding, waivers)?.until ?? null,
  },
]

/** What a look at the files showed when the version was sealed, without loading any of them. */
export function ScanCard({ version }: { version: ModelVersion }) {
  const { scan } = version.facts
  const { data: waivers = [] } = useQuery(waiversOf(version.model, version.version))
  const may = useMay()
  const [waiving, setWaiving] = useState<ScanFinding>()
  if (!scan) {
    return (
      <Card title="What the files would do when they are loaded">
        <p>
          <Tone tone="unknown">Nobody has looked</Tone> at the files of this version.
        </p>
      </Card>
    )
  }
  return (
    <Card title="What the files would do when they are loaded" flush={scan.findings.length > 0}>
      {scan.findings.length === 0 ? (
        <p>
          <Tone tone="met">Nothing unsafe, nothing unknown</Tone> in {countOf(scan)}, looked at with{' '}
          <Fact>{scan.scanner}</Fact>.
        </p>
      ) : (
        <DataTable
          label={`Findings in the files of ${version.model} ${version.version}`}
          columns={columnsOf({ waivers, onWaive: may('review.decide', version.model) ? setWaiving : undefined })}
          rows={scan.findings}
          rowKey={({ path, rule, what }) => `${path} ${rule} ${what}`}
          unit="finding"
        />
      )}
      {waiving && <WaiverDialog version={version} finding={waiving} onClose={() => setWaiving(undefined)} />}
    </Card>
  )
}

const activeFor = ({ path, rule, what }: ScanFinding, waivers: readonly Waiver[]) =>
  waivers.find(
    (each) =>
      each.kind === 'scan' && each.state === 'active' && each.path === path && each.rule === rule && each.what === what,
  )

const countOf = ({ looked_at }: FileScan) =>
  looked_at === 1 ? 'one file' : `${looked_at} files and entries of archives`
