import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Card } from '../../ui/Card.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { FindingTable } from './FindingTable.tsx'
import { findings } from './queries.ts'

const route = getRouteApi('/signed-in/findings')
const tabs = [
  { title: 'Open', search: {} },
  { title: 'Yours', search: { mine: true } },
  { title: 'Closed', search: { state: 'closed' } },
] as const

/** Everything that is wrong, what is due first comes first. */
export function FindingsPage() {
  const { state = 'open', mine } = route.useSearch()
  const query = useQuery(findings(mine ? { state, owner: 'me' } : { state }))
  const current = mine ? 'Yours' : state === 'closed' ? 'Closed' : 'Open'
  return (
    <Page
      title="Findings"
      intro="A finding is never deleted. It is closed when somebody other than its fixer has verified it."
    >
      <Tabs label="Which findings">
        {tabs.map(({ title, search }) => (
          <Link
            key={title}
            from="/findings"
            to="."
            search={search}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={title === current ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </Tabs>
      <Loaded query={query} lines={6}>
        {(rows) => (
          <Card title={current === 'Yours' ? 'Yours to mend' : `${current} findings`} flush>
            <FindingTable
              rows={rows}
              empty={
                <EmptyState
                  title={current === 'Closed' ? 'Nothing has been closed yet.' : 'Nothing waits to be mended.'}
                  command="modelkeep finding open MODEL@VERSION --title … --severity high --due 2026-12-31"
                >
                  Open a finding on the page of a version, or from the command line.
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
    </Page>
  )
}
