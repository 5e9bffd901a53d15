import { getRouteApi, Link } from '@tanstack/react-router'
import { Page } from '../../ui/Page.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { DeletedTab } from './DeletedTab.tsx'
import { ExecutionsTab } from './ExecutionsTab.tsx'
import { HoldsTab } from './HoldsTab.tsx'
import { RulesTab } from './RulesTab.tsx'
import { StorageTab } from './StorageTab.tsx'

const route = getRouteApi('/signed-in/retention')
const tabs = [
  { key: undefined, title: 'Rules' },
  { key: 'deleted', title: 'Deleted' },
  { key: 'executions', title: 'Purges' },
  { key: 'holds', title: 'Holds' },
  { key: 'storage', title: 'Storage' },
] as const

/** What goes for good and when, what must stay, and how much room it takes. */
export function RetentionPage() {
  const { tab } = route.useSearch()
  return (
    <Page
      title="Retention"
      intro="What goes for good, and when. Nothing goes that a version, evidence, a decision or a hold rests on."
    >
      <Tabs label="Retention">
        {tabs.map(({ key, title }) => (
          <Link
            key={title}
            from="/retention"
            to="."
            search={{ tab: key }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={tab === key ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </Tabs>
      <Content tab={tab} />
    </Page>
  )
}

function Content({ tab }: { tab: ReturnType<typeof route.useSearch>['tab'] }) {
  switch (tab) {
    case 'deleted':
      return <DeletedTab />
    case 'executions':
      return <ExecutionsTab />
    case 'holds':
      return <HoldsTab />
    case 'storage':
      return <StorageTab />
    default:
      return <RulesTab />
  }
}
