import { useState } from 'react'
import type { Validation, ValidationTest } from '../../../src/modules/validation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { useKeys } from '../../ui/keys.ts'
import { EmptyState } from '../../ui/States.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { ResultDialog } from './ResultDialog.tsx'
import { TestDialog } from './TestDialog.tsx'

const tones: Record<ValidationTest['state'], ToneName> = {
  planned: 'waiting',
  passed: 'met',
  failed: 'blocked',
  dropped: 'unknown',
}

/** Tests that validators add to what the policies ask for, passes and failures alike. */
export function TestsCard({ found }: { found: Validation }) {
  const [planning, setPlanning] = useState(false)
  const [finishing, setFinishing] = useState<ValidationTest>()
  useKeys(found.writable ? [{ keys: 'n', label: 'Add a test', run: () => setPlanning(true) }] : [])
  const columns: Column<ValidationTest>[] = [
    {
      key: 'title',
      header: 'Test',
      cell: ({ title, risk }) => (
        <>
          <div style={{ fontWeight: 550 }}>{title}</div>
          <div className="quiet">{risk}</div>
        </>
      ),
      value: ({ title }) => title,
    },
    { key: 'risk', header: 'Risk', fileOnly: true, cell: ({ risk }) => risk, value: ({ risk }) => risk },
    {
      key: 'expected',
      header: 'Counts as passed',
      hideNarrow: true,
      cell: ({ expected }) => expected,
      value: ({ expected }) => expected,
    },
    {
      key: 'state',
      header: 'Result',
      cell: (row) => <Tone tone={tones[row.state]}>{row.state === 'planned' ? 'open' : row.state}</Tone>,
      value: ({ state }) => state,
    },
    {
      key: 'result',
      header: 'What was seen',
      hideNarrow: true,
      cell: (row) =>
        row.state === 'planned' ? (
          found.writable && (
            <Button kind="bare" onClick={() => setFinishing(row)} aria-label={`Say how it went: ${row.title}`}>
              Say how it went
            </Button>
          )
        ) : (
          <>
            {row.result}{' '}
            <span className="quiet">
              <PersonName id={row.done_by ?? row.planned_by} />
            </span>
          </>
        ),
      value: ({ result }) => result,
    },
  ]
  return (
    <Card
      title="Tests of the validators"
      flush
      actions={
        found.writable && (
          <Button hint="n" onClick={() => setPlanning(true)}>
            Add a test
          </Button>
        )
      }
    >
      <DataTable
        label="Tests of the validators"
        columns={columns}
        rows={found.tests}
        rowKey={({ id }) => id}
        unit="test"
        keyboard={false}
        empty={
          <EmptyState title="Nobody added a test to what the policies ask for.">
            Say first what counts as passed, then look.
          </EmptyState>
        }
      />
      {planning && <TestDialog found={found} onClose={() => setPlanning(false)} />}
      {finishing && <ResultDialog test={finishing} onClose={() => setFinishing(undefined)} />}
    </Card>
  )
}
