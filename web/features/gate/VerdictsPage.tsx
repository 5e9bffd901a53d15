import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Verdict } from '../../../src/modules/gate/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { outcomeTones, Tone } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { GlassNotices } from '../break-glass/GlassNotices.tsx'
import { EnvironmentCard } from './EnvironmentCard.tsx'
import { verdicts } from './queries.ts'
import { ReportCard } from './ReportCard.tsx'

const route = getRouteApi('/signed-in/gate')

/** What pipelines asked lately, and what they were told. */
export function VerdictsPage() {
  const { environment, model } = route.useSearch()
  const query = useQuery(verdicts({ limit: 100, ...(environment ? { environment } : {}), ...(model ? { model } : {}) }))
  const go = useGo()
  return (
    <Page
      title="Gate"
      intro="The question before every deployment: may this version run there, now? Every answer is signed."
    >
      <GlassNotices {...(model ? { model } : {})} />
      <div className="cols">
        <div>
          <Loaded query={query} lines={8}>
            {(list) => (
              <Card title="Recent verdicts" flush>
                <VerdictTable list={list} onOpen={(verdict) => go(`/gate/verdicts/${verdict.id}`)} />
              </Card>
            )}
          </Loaded>
          <ReportCard />
        </div>
        <aside aria-label="Environments">
          <EnvironmentCard />
        </aside>
      </div>
    </Page>
  )
}

export function VerdictTable(props: {
  list: readonly Verdict[]
  onOpen?: (verdict: Verdict) => void
  keyboard?: boolean
}) {
  return (
    <DataTable
      label="Verdicts"
      columns={columns}
      rows={props.list}
      rowKey={(verdict) => verdict.id}
      unit="verdict"
      keyboard={props.keyboard ?? true}
      {...(props.onOpen ? { onOpen: props.onOpen } : {})}
      empty={
        <EmptyState title="Nobody has asked yet." command="modelkeep gate check MODEL@champion --env prod">
          A pipeline asks before it deploys: exit status 0 is allowed, 3 is denied.
        </EmptyState>
      }
    />
  )
}

const columns: Column<Verdict>[] = [
  {
    key: 'outcome',
    header: 'Verdict',
    cell: (verdict) => (
      <Link to="/gate/verdicts/$id" params={{ id: verdict.id }}>
        {verdict.revocation ? (
          <Tone tone="blocked">revoked</Tone>
        ) : (
          <Tone tone={verdict.break_glass ? 'blocked' : outcomeTones[verdict.outcome]}>
            {verdict.break_glass ? 'by break-glass' : verdict.outcome}
          </Tone>
        )}
      </Link>
    ),
    value: (verdict) => (verdict.revocation ? 'revoked' : verdict.outcome),
  },
  {
    key: 'version',
    header: 'Version',
    cell: (verdict) => (
      <Link to="/models/$name/versions/$which" params={{ name: verdict.model, which: String(verdict.version) }}>
        {verdict.model} {verdict.version}
      </Link>
    ),
    value: (verdict) => `${verdict.model} ${verdict.version}`,
  },
  {
    key: 'environment',
    header: 'For',
    cell: (verdict) => verdict.environment,
    value: (verdict) => verdict.environment,
  },
  {
    key: 'path',
    header: 'What is left',
    hideNarrow: true,
    cell: (verdict) => verdict.path || '–',
    value: (verdict) => verdict.path,
  },
  {
    key: 'by',
    header: 'Asked by',
    hideNarrow: true,
    cell: (verdict) => <PersonName id={verdict.asked_by} />,
    value: (verdict) => verdict.asked_by,
  },
  {
    key: 'at',
    header: 'When',
    cell: (verdict) => <Moment at={verdict.issued_at} />,
    value: (verdict) => verdict.issued_at,
  },
]
