import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { PlanTable } from './PlanTable.tsx'
import { TestList } from './StudioTests.tsx'
import { publication } from './studio-queries.ts'

/** What tests and plan said when the version was published. */
export function PublishedWith({ name, version }: { name: string; version: number }) {
  const query = useQuery(publication(name, version))
  return (
    <Loaded query={query} lines={3} what="Its publication">
      {({ test_results, plan }) => (
        <>
          {test_results && (
            <Card title={`Tests: ${test_results.passed} passed when it was published`} flush>
              <TestList results={test_results} />
            </Card>
          )}
          {plan && (
            <Card title="Whom its publication hit" flush>
              <PlanTable plan={plan} />
            </Card>
          )}
        </>
      )}
    </Loaded>
  )
}
