import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Notice, NoticeKind } from '../../../src/modules/notifications/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, ErrorState, Loaded } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { Tone, type ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import styles from './NoticesPage.module.css'
import { markRead, notices } from './queries.ts'

const route = getRouteApi('/signed-in/notices')

/** What somebody was told: what waits for them, who named them, what lapses soon. */
export function NoticesPage() {
  const { state = 'unread' } = route.useSearch()
  const query = useQuery(notices(state))
  const client = useQueryClient()
  const read = useMutation({
    mutationFn: (ids?: Notice['id'][]) => markRead(ids === undefined ? {} : { ids }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['notices'] }),
  })
  const unread = query.data?.unread ?? 0
  useKeys(unread > 0 ? [{ keys: 'm', label: 'Mark all as read', run: () => read.mutate(undefined) }] : [])
  return (
    <Page
      title="Notices"
      intro="What you were told. What happened stands in the trail; this is only for you."
      actions={
        unread > 0 && (
          <Button hint="m" busy={read.isPending} onClick={() => read.mutate(undefined)}>
            Mark all as read
          </Button>
        )
      }
    >
      <Tabs label="Which notices">
        <Link
          from="/notices"
          to="."
          search={{ state: undefined }}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={state === 'unread' ? 'page' : undefined}
        >
          Unread
        </Link>
        <Link from="/notices" to="." search={{ state: 'all' }} aria-current={state === 'all' ? 'page' : undefined}>
          All
        </Link>
      </Tabs>
      {read.error && <ErrorState error={read.error} />}
      <Loaded query={query} lines={6}>
        {(list) => (
          <Card title={state === 'unread' ? 'What you have not read' : 'All notices'} flush>
            {list.notices.length === 0 ? (
              <EmptyState title="There is nothing to read.">
                You are told when a review waits for you, when somebody names you with @, and before something lapses.
              </EmptyState>
            ) : (
              <ul className={styles.list}>
                {list.notices.map((notice) => (
                  <li key={notice.id} data-read={notice.read_at !== null || undefined}>
                    <Tone tone={tones[notice.kind]}>{words[notice.kind]}</Tone>
                    <div>
                      <PathLink to={notice.link} onFollow={() => notice.read_at === null && read.mutate([notice.id])}>
                        {notice.text}
                      </PathLink>
                      <div className="quiet small">
                        <PersonName id={notice.caused_by} />, <Moment at={notice.told_at} form="both" />
                      </div>
                    </div>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        )}
      </Loaded>
    </Page>
  )
}

const words: Record<NoticeKind, string> = {
  mention: 'named',
  reply: 'answered',
  review_asked: 'to decide',
  changes_requested: 'to change',
  resubmitted: 'to decide',
  delegated: 'to decide',
  decided: 'decided',
  reminder: 'due soon',
  overdue: 'overdue',
  expired: 'expired',
  condition: 'condition',
  condition_due: 'due soon',
  lapsed: 'lapsed',
  changed: 'changed',
  request_asked: 'to answer',
  request_answered: 'answered',
  request_returned: 'came back',
  request_ended: 'ended',
}

const tones: Record<NoticeKind, ToneName> = {
  mention: 'unknown',
  reply: 'unknown',
  review_asked: 'waiting',
  changes_requested: 'attention',
  resubmitted: 'waiting',
  delegated: 'waiting',
  decided: 'met',
  reminder: 'attention',
  overdue: 'blocked',
  expired: 'blocked',
  condition: 'attention',
  condition_due: 'attention',
  lapsed: 'blocked',
  changed: 'attention',
  request_asked: 'waiting',
  request_answered: 'met',
  request_returned: 'attention',
  request_ended: 'unknown',
}
