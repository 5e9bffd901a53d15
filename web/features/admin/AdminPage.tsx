import { getRouteApi, Link } from '@tanstack/react-router'
import { Page } from '../../ui/Page.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay } from '../access/people.tsx'
import { ConnectionsTab } from './ConnectionsTab.tsx'
import { RolesTab } from './RolesTab.tsx'
import { SimulatorTab } from './SimulatorTab.tsx'

const route = getRouteApi('/signed-in/admin')
const tabs = [
  { tab: undefined, title: 'Connections' },
  { tab: 'simulator', title: 'What can somebody do' },
  { tab: 'roles', title: 'Roles' },
] as const

/** Is it wired, is it safe. */
export function AdminPage() {
  const { tab } = route.useSearch()
  const may = useMay()
  const asked = tab ?? (may('access.write') ? undefined : 'simulator')
  return (
    <Page title="Connections and admin">
      <Tabs label="Connections, permissions and roles">
        {tabs
          .filter((each) => each.tab !== undefined || may('access.write'))
          .map((each) => (
            <Link
              key={each.title}
              from="/admin"
              to="."
              search={{ tab: each.tab }}
              activeOptions={{ exact: true, explicitUndefined: true }}
              aria-current={asked === each.tab ? 'page' : undefined}
            >
              {each.title}
            </Link>
          ))}
      </Tabs>
      {asked === undefined && <ConnectionsTab />}
      {asked === 'simulator' && <SimulatorTab />}
      {asked === 'roles' && <RolesTab />}
    </Page>
  )
}
