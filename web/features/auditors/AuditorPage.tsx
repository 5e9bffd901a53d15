import { getRouteApi, Link } from '@tanstack/react-router'
import { Page } from '../../ui/Page.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay } from '../access/people.tsx'
import { Room } from './Room.tsx'
import { SampleTab } from './SampleTab.tsx'
import { SeatsTab } from './SeatsTab.tsx'

const route = getRouteApi('/signed-in/auditor')

/** Everything in scope and nothing else; and, for its host, what was read. */
export function AuditorPage() {
  const { tab, seat } = route.useSearch()
  const may = useMay()
  const isHost = may('access.write')
  return (
    <Page title="Auditor room">
      <Tabs label="Room, samples and seats">
        <Link
          from="/auditor"
          to="."
          search={{}}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={tab === undefined ? 'page' : undefined}
        >
          Room
        </Link>
        <Link from="/auditor" to="." search={{ tab: 'sample' }} aria-current={tab === 'sample' ? 'page' : undefined}>
          Sample
        </Link>
        {isHost && (
          <Link from="/auditor" to="." search={{ tab: 'seats' }} aria-current={tab === 'seats' ? 'page' : undefined}>
            Seats and what they read
          </Link>
        )}
      </Tabs>
      {tab === 'sample' ? <SampleTab /> : tab === 'seats' && isHost ? <SeatsTab seat={seat} /> : <Room />}
    </Page>
  )
}
