import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { type Happening, Timeline } from '../../ui/Timeline.tsx'
import { outcomeTones, type ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { evidenceOf } from '../evaluation/queries.ts'
import { verdicts } from '../gate/queries.ts'
import { decisionsOf, reviews } from '../reviews/queries.ts'
import { deployments } from './queries.ts'

type Entry = { at: string; key: string; sentence: ReactNode; by: string; tone?: ToneName }

/** The last events that matter, put together from the records themselves, so that every reader of the version sees them. */
export function History({ version }: { version: ModelVersion }) {
  const { model, version: number } = version
  const decisions = useQuery(decisionsOf(model, number)).data ?? []
  const asked = useQuery(reviews({ state: 'all', model, version: number })).data ?? []
  const checked = useQuery(verdicts({ model, version: number, limit: 3 })).data ?? []
  const computed = useQuery(evidenceOf(model, number)).data ?? []
  const deployed = useQuery(deployments({ model })).data?.filter((each) => each.version === number) ?? []
  const entries: Entry[] = [
    ...decisions.map((each) => ({
      at: each.decided_at,
      key: each.id,
      sentence: `${each.outcome === 'approved' ? 'Approved' : 'Rejected'} for ${each.environment}`,
      by: each.decided_by,
      tone: each.outcome === 'approved' ? ('met' as const) : ('blocked' as const),
    })),
    ...asked.map((each) => ({
      at: each.requested_at,
      key: each.id,
      sentence: <PathLink to={`/reviews/${each.id}`}>Review asked for {each.environment}</PathLink>,
      by: each.requested_by,
      tone: 'waiting' as const,
    })),
    ...checked.map((each) => ({
      at: each.issued_at,
      key: each.id,
      sentence: (
        <PathLink to={`/gate/verdicts/${each.id}`}>
          Gate of {each.environment}: {each.outcome}
        </PathLink>
      ),
      by: each.asked_by,
      tone: outcomeTones[each.outcome],
    })),
    ...computed.map((each) => ({
      at: each.collected_at,
      key: each.id,
      sentence: `Evidence of ${each.kind} computed`,
      by: each.source === 'server' ? 'server' : each.collected_by,
    })),
    ...deployed.map((each) => ({
      at: each.reported_at,
      key: each.id,
      sentence: `Deployed to ${each.environment}`,
      by: each.reported_by,
      tone: 'met' as const,
    })),
    { at: version.registered_at, key: 'registered', sentence: 'Registered and sealed', by: version.registered_by },
  ]
  const newest = entries.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, 8)
  const items: Happening[] = newest.map((entry) => ({
    key: entry.key,
    sentence: entry.sentence,
    detail: (
      <>
        <Moment at={entry.at} />, <PersonName id={entry.by} />
      </>
    ),
    ...(entry.tone ? { tone: entry.tone } : {}),
  }))
  return <Timeline items={items} />
}
