import type { Standing } from '../../../src/modules/gate/schema.ts'
import type { RequirementState } from '../../../src/modules/policy/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState } from '../../ui/States.tsx'
import { AskForBreakGlass } from '../break-glass/AskForBreakGlass.tsx'
import { ComparisonCard } from '../evaluation/ComparisonCard.tsx'
import { RequirementList } from '../policy/RequirementList.tsx'
import { ConditionsCard } from '../reviews/ConditionsCard.tsx'
import { RequirementWaiversCard } from '../reviews/RequirementWaiversCard.tsx'

/** The checklist of the policies that apply here, and what changed since the version before. */
export function RequirementsTab({ version, standing }: { version: ModelVersion; standing: Standing }) {
  return (
    <>
      <Card title={<Heading standing={standing} />} flush>
        {standing.requirements.length === 0 ? (
          <EmptyState title={`No policy covers this model in ${standing.environment}.`}>
            Give the model a tier, or publish a policy for this environment.
          </EmptyState>
        ) : (
          <RequirementList
            requirements={standing.requirements}
            about={version}
            environment={standing.environment}
            yours={standing.yours}
          />
        )}
      </Card>
      <ConditionsCard model={version.model} version={version.version} environment={standing.environment} />
      <RequirementWaiversCard version={version} />
      <ComparisonCard version={version} />
      <AskForBreakGlass standing={standing} />
    </>
  )
}

function Heading({ standing }: { standing: Standing }) {
  const [first, ...more] = standing.policies
  if (!first) return <>No policy for {standing.environment}</>
  return (
    <>
      Policy “<PathLink to={`/policies/${first.name}?version=${first.version}`}>{first.title}</PathLink>”{' '}
      {first.version}
      {more.length > 0 && ` and ${more.length} more`} for {standing.environment}: {countsOf(standing)}
    </>
  )
}

const words: Record<RequirementState, string> = {
  met: 'met',
  attention: 'met with something to read',
  blocked: 'not met',
  waiting: 'waiting',
  unknown: 'not assessed',
}

/** "9 met, 1 waiting, 1 not assessed": counts, never a percentage. */
export function countsOf({ requirements }: Pick<Standing, 'requirements'>): string {
  const waived = requirements.filter((each) => each.waiver).length
  const counts = (Object.keys(words) as RequirementState[]).map((state) => ({
    word: words[state],
    n: requirements.filter((each) => each.state === state && !each.waiver).length,
  }))
  return [...counts, { word: 'waived', n: waived }]
    .filter(({ n }) => n > 0)
    .map(({ word, n }) => `${n} ${word}`)
    .join(', ')
}
