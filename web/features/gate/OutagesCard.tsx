import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Timeline } from '../../ui/Timeline.tsx'
import { useMay } from '../access/people.tsx'
import { events } from '../audit/queries.ts'
import { model as modelOf } from '../registry/queries.ts'

/** Answers by a verdict of before, while this server was away. Nothing is shown where there were none. */
export function OutagesCard({ model }: { model: string }) {
  const may = useMay()
  const found = useQuery(modelOf(model))
  const about = found.data ? `model:${found.data.id}` : undefined
  const query = useInfiniteQuery({
    ...events({ about, action: 'gate.answered_offline' }, 20),
    enabled: about !== undefined && may('audit.read'),
  })
  const all = query.data?.pages.flatMap((page) => page.events) ?? []
  const list = all.filter(
    ({ action, detail }) => action === 'gate.answered_offline' && typeof detail.answered_at === 'string',
  )
  if (list.length === 0) return null
  return (
    <Card title="While the server was away">
      <Timeline
        items={list.map(({ index, actor_name, subject, detail }) => ({
          key: String(index),
          sentence: (
            <PathLink to={`/gate/verdicts/${subject.replace('verdict:', '')}`}>
              {String(detail.outcome)} in {String(detail.environment)}, by a verdict of before
            </PathLink>
          ),
          detail: (
            <>
              {actor_name}, <Moment at={String(detail.answered_at)} />
            </>
          ),
        }))}
      />
    </Card>
  )
}
