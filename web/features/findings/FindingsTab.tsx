import { useQuery } from '@tanstack/react-query'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useMay } from '../access/people.tsx'
import { FindingTable } from './FindingTable.tsx'
import { NewFinding } from './NewFinding.tsx'
import { findings } from './queries.ts'

/** What is wrong with this version, or with every version of its model. */
export function FindingsTab({ version }: { version: ModelVersion }) {
  const query = useQuery(findings({ state: 'all', model: version.model, version: version.version }))
  const may = useMay()
  return (
    <Loaded query={query} lines={4}>
      {(rows) => (
        <Card
          title="Findings"
          flush
          actions={
            may('finding.write', version.model) && <NewFinding model={version.model} version={version.version} />
          }
        >
          <FindingTable
            rows={rows}
            empty={
              <EmptyState title="Nobody has found anything wrong.">
                Whoever does opens a finding; it ends when somebody other than its fixer has verified it.
              </EmptyState>
            }
          />
        </Card>
      )}
    </Loaded>
  )
}
