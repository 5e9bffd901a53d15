import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { Standing } from '../../../src/modules/gate/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { useKeys } from '../../ui/keys.ts'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ErrorState, Loaded, Skeleton } from '../../ui/States.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { StateTone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { EventList } from '../audit/EventList.tsx'
import { GlassNotices } from '../break-glass/GlassNotices.tsx'
import { EvaluationsTab } from '../evaluation/EvaluationsTab.tsx'
import { FindingsTab } from '../findings/FindingsTab.tsx'
import { liveStanding } from '../gate/queries.ts'
import { DecisionsTab } from '../reviews/DecisionsTab.tsx'
import { EnvironmentSwitch } from './EnvironmentSwitch.tsx'
import { FilesTab } from './FilesTab.tsx'
import { version } from './queries.ts'
import { RequirementsTab } from './RequirementsTab.tsx'
import { VersionAside } from './VersionAside.tsx'
import { VersionLead } from './VersionLead.tsx'

const route = getRouteApi('/signed-in/models/$name/versions/$which')
const tabs = [
  { id: 'requirements', title: 'Requirements' },
  { id: 'evaluations', title: 'Evaluations' },
  { id: 'files', title: 'Files' },
  { id: 'decisions', title: 'Decisions' },
  { id: 'findings', title: 'Findings' },
  { id: 'trail', title: 'Trail' },
] as const

/** Is exactly this allowed, on what basis, and what must I do. */
export function VersionPage() {
  const { name, which } = route.useParams()
  const query = useQuery(version(name, which))
  return (
    <Loaded query={query} lines={10} what={`${name} ${which}`}>
      {(found) => <Found version={found} />}
    </Loaded>
  )
}

function Found({ version }: { version: ModelVersion }) {
  const { tab = 'requirements', environment } = route.useSearch()
  const query = useQuery(liveStanding(version.model, version.version, environment))
  const navigate = route.useNavigate()
  const may = useMay()
  useFollow(query.data)
  useKeys(
    tabs.map(({ id, title }, index) => ({
      keys: String(index + 1),
      label: `Tab ${title}`,
      run: () => void navigate({ search: (old) => ({ ...old, tab: id }) }),
    })),
  )
  return (
    <Page
      title={`${version.model} ${version.version}`}
      heading={
        <>
          {version.model} <span className="fact">{version.version}</span>
        </>
      }
      actions={
        <>
          <StateTone state={version.state} />
          {may('review.read', version.model) && (
            <PathLink to={validationOf(version, query.data?.environment ?? environment)}>Validation</PathLink>
          )}
          <EnvironmentSwitch
            value={query.data?.environment ?? environment}
            onChange={(next) => void navigate({ search: (old) => ({ ...old, environment: next }) })}
          />
        </>
      }
    >
      {query.data ? (
        <VersionLead version={version} standing={query.data} />
      ) : query.error ? (
        <ErrorState error={query.error} retry={() => query.refetch()} what="The state before the gate" />
      ) : (
        <Skeleton lines={2} />
      )}
      <GlassNotices model={version.model} version={version.version} />
      <Tabs label="Parts of this version">
        {tabs.map(({ id, title }) => (
          <Link
            key={id}
            from="/models/$name/versions/$which"
            to="."
            search={(old) => ({ ...old, tab: id === 'requirements' ? undefined : id, evidence: undefined })}
            aria-current={id === tab ? 'page' : undefined}
            activeOptions={{ exact: true, explicitUndefined: true }}
          >
            {title}
          </Link>
        ))}
      </Tabs>
      <Body tab={tab} version={version} standing={query.data} />
    </Page>
  )
}

function Body(props: { tab: (typeof tabs)[number]['id']; version: ModelVersion; standing: Standing | undefined }) {
  const { tab, version, standing: current } = props
  switch (tab) {
    case 'requirements':
      return (
        <div className="cols">
          <div>{current ? <RequirementsTab version={version} standing={current} /> : <Skeleton lines={8} />}</div>
          <VersionAside version={version} />
        </div>
      )
    case 'evaluations':
      return <EvaluationsTab version={version} />
    case 'files':
      return <FilesTab version={version} />
    case 'decisions':
      return <DecisionsTab version={version} />
    case 'findings':
      return <FindingsTab version={version} />
    case 'trail':
      return (
        <EventList
          filter={{ about: `version:${version.id}` }}
          label={`Events of ${version.model} ${version.version}`}
        />
      )
  }
}

/** When the state before the gate changed, so may have everything else on the page. */
function useFollow(standing: Standing | undefined) {
  const client = useQueryClient()
  const key = standing && JSON.stringify([standing.scope_digest, standing.outcome, standing.open_review])
  const seen = useRef(key)
  useEffect(() => {
    if (key !== undefined && seen.current !== undefined && key !== seen.current) {
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'gate' })
    }
    seen.current = key
  }, [key, client])
}

function validationOf({ model, version }: ModelVersion, environment: string | undefined): string {
  const query = environment === undefined ? '' : `?environment=${encodeURIComponent(environment)}`
  return `/models/${encodeURIComponent(model)}/versions/${version}/validation${query}`
}
