import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Calendar } from '../../../src/modules/work/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { counted } from '../../ui/Voice.tsx'
import { LapseList } from './LapseList.tsx'
import { LoadGrid } from './LoadGrid.tsx'
import { calendar } from './queries.ts'

const route = getRouteApi('/signed-in/calendar')

/** Revalidation: what ends when, and to whom it falls. */
export function CalendarPage() {
  const { days = 365 } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(calendar(days))
  return (
    <Page
      title="Calendar"
      intro="What an environment allows today rests on approvals, evidence and waivers that end. Renewed before their day, nothing stops."
      actions={
        <NativeSelect
          aria-label="How far ahead"
          size="sm"
          value={String(days)}
          onChange={(event) => {
            const { value } = event.currentTarget
            void navigate({ search: value === '90' ? { days: 90 } : value === '1095' ? { days: 1095 } : {} })
          }}
          data={[
            { value: '90', label: '90 days ahead' },
            { value: '365', label: 'One year ahead' },
            { value: '1095', label: 'Three years ahead' },
          ]}
        />
      }
    >
      <Loaded query={query} lines={8}>
        {(found) => <Content found={found} days={days} />}
      </Loaded>
    </Page>
  )
}

function Content({ found, days }: { found: Calendar; days: number }) {
  const { renewals, load, complete } = found
  const [first] = renewals
  if (!first) {
    return (
      <Card title="What ends">
        <EmptyState title={`Nothing that is allowed now ends within ${days} days.`}>
          Approvals end where a policy says how many days they hold; evidence where it says how old it may be.
        </EmptyState>
      </Card>
    )
  }
  const open = load.find(({ person }) => person === null)?.total ?? 0
  return (
    <>
      <Lead
        tone={open > 0 ? 'attention' : 'waiting'}
        detail={
          <>
            {open > 0 &&
              `${counted(open, 'renewal')} ${open === 1 ? 'falls' : 'fall'} to nobody: no validator has accepted. `}
            {!complete && 'More versions are in play than a calendar looks at.'}
          </>
        }
      >
        {counted(renewals.length, 'version')} to renew; the first ends <Moment at={first.due_at} />.
      </Lead>
      <Card title="Load by validator" flush>
        <LoadGrid load={load} from={found.from} until={found.until} />
      </Card>
      <Card title="What ends" flush>
        <LapseList rows={renewals} keyboard />
      </Card>
    </>
  )
}
