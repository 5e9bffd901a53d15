import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Validation } from '../../../src/modules/validation/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Page } from '../../ui/Page.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import type { ToneName } from '../../ui/Tone.tsx'
import { counted } from '../../ui/Voice.tsx'
import { FindingTable } from '../findings/FindingTable.tsx'
import { EnvironmentSwitch } from '../registry/EnvironmentSwitch.tsx'
import { PlanTable } from './PlanTable.tsx'
import { reportAt, validation } from './queries.ts'
import { Sections } from './Sections.tsx'
import { TestsCard } from './TestsCard.tsx'

const route = getRouteApi('/signed-in/models/$name/versions/$which/validation')

/** Plan, tests, findings, conclusion: the report grows beside the work. */
export function ValidationPage() {
  const { name, which } = route.useParams()
  const { environment = 'prod' } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(validation(name, which, environment))
  return (
    <Page
      title={`Validation of ${name} ${which}`}
      heading={
        <>
          Validation of {name} <span className="fact">{which}</span>
        </>
      }
      actions={
        <EnvironmentSwitch
          value={environment}
          onChange={(next) => void navigate({ search: { environment: next === 'prod' ? undefined : next } })}
        />
      }
    >
      <Loaded query={query} lines={10} what="The validation">
        {(found) => <Content found={found} />}
      </Loaded>
    </Page>
  )
}

function Content({ found }: { found: Validation }) {
  const { model, version, environment, counts } = found
  const versionPage = `/models/${encodeURIComponent(model)}/versions/${version}?environment=${encodeURIComponent(environment)}`
  return (
    <>
      <Lead
        tone={toneOf(found)}
        detail={
          <>
            {found.writable ? '' : 'Whoever made the version, or may not decide, reads here and writes nothing. '}
            The report is <a href={reportAt(found, 'html')}>a page that prints</a> or{' '}
            <a href={reportAt(found, 'markdown')}>Markdown</a>. <PathLink to={versionPage}>See the version</PathLink>.
          </>
        }
      >
        {counted(counts.passed, 'check')} passed, {counts.failed} failed, {counts.open} still open.
      </Lead>
      <Card title={`What the policies ask for in ${environment}`} flush>
        <PlanTable plan={found.plan} />
      </Card>
      <TestsCard found={found} />
      <Card title="Findings" flush>
        <FindingTable
          rows={found.findings}
          empty={
            <EmptyState title="Nobody opened a finding on this version or its model.">
              A test that failed usually ends in one.
            </EmptyState>
          }
        />
      </Card>
      <Sections found={found} />
    </>
  )
}

function toneOf({ counts, plan, tests }: Validation): ToneName {
  if (counts.failed > 0) return 'blocked'
  if (counts.open > 0) return 'waiting'
  return plan.length + tests.length === 0 ? 'unknown' : 'met'
}
