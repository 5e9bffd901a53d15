import { getRouteApi, Link } from '@tanstack/react-router'
import { Page } from '../../ui/Page.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay, useMayAnywhere } from '../access/people.tsx'
import { RequestsTab } from './RequestsTab.tsx'
import { Room } from './Room.tsx'
import { SampleTab } from './SampleTab.tsx'
import { SeatsTab } from './SeatsTab.tsx'

const route = getRouteApi('/signed-in/auditor')

/** Everything in scope and nothing else; and, for its host, what was read. Whoever only answers sees what they are asked. */
export function AuditorPage() {
  const { tab, seat } = route.useSearch()
  const may = useMay()
  const isHost = may('access.write')
  const isReader = useMayAnywhere()('audit.read')
  const tabs = [
    ...(isReader
      ? ([
          ['Room', undefined],
          ['Sample', 'sample'],
        ] as const)
      : []),
    ['Requests', 'requests'] as const,
    ...(isHost ? ([['Seats and what they read', 'seats']] as const) : []),
  ]
  const shown = tabs.some(([, each]) => each === tab) ? tab : isReader ? undefined : 'requests'
  return (
    <Page title="Auditor room">
      <Tabs label="Room, samples, requests and seats">
        {tabs.map(([title, each]) => (
          <Link
            key={title}
            from="/auditor"
            to="."
            search={each === undefined ? {} : { tab: each }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={each === shown ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </Tabs>
      {shown === 'sample' ? (
        <SampleTab />
      ) : shown === 'requests' ? (
        <RequestsTab />
      ) : shown === 'seats' ? (
        <SeatsTab seat={seat} />
      ) : (
        <Room />
      )}
    </Page>
  )
}
