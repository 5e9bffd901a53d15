import { NativeSelect } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import type { VersionSummary } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { ChallengeHistory } from '../challenges/ChallengeHistory.tsx'
import { DecisionCard } from '../challenges/DecisionCard.tsx'
import { DifferencesCard } from '../challenges/DifferencesCard.tsx'
import { versionsOf } from '../registry/queries.ts'
import { ComparedFigures } from './ComparedFigures.tsx'
import { comparisonFinding } from './comparison-finding.ts'
import { DifferencePlot } from './DifferencePlot.tsx'
import { GroundCard } from './GroundCard.tsx'
import { comparison } from './queries.ts'

const route = getRouteApi('/signed-in/models/$name/compare')

/** Two versions side by side: what changed by more than chance, and which limits it crossed. */
export function VersionComparePage() {
  const { name } = route.useParams()
  const versions = useQuery(versionsOf(name))
  return (
    <Loaded query={versions} lines={8} what={name}>
      {(list) => <Chosen model={name} versions={list} />}
    </Loaded>
  )
}

function Chosen({ model, versions }: { model: string; versions: readonly VersionSummary[] }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const b = search.b ?? versions[0]?.version
  const a =
    search.a ?? championOf(versions, b) ?? versions.find(({ version }) => b !== undefined && version < b)?.version
  const numbers = versions.map(({ version }) => String(version))
  const choose = (side: 'a' | 'b') => (value: string) =>
    void navigate({ search: (old) => ({ ...old, a, b, [side]: Number(value) }), replace: true })
  const title = a === undefined || b === undefined ? `Versions of ${model}` : `${model} ${b} against ${a}`
  return (
    <Page
      title={title}
      actions={
        <>
          <Side label="From version" value={a} numbers={numbers} onChoose={choose('a')} />
          <Side label="to version" value={b} numbers={numbers} onChoose={choose('b')} />
          <Button onClick={() => window.print()}>Print</Button>
        </>
      }
    >
      {a === undefined || b === undefined || a === b ? (
        <EmptyState title="There is nothing to compare with.">Two versions are needed.</EmptyState>
      ) : (
        <Compared model={model} a={a} b={b} versions={versions} />
      )}
    </Page>
  )
}

/** Champion against the newest is what a comparison is usually about. */
function championOf(versions: readonly VersionSummary[], b: number | undefined): number | undefined {
  return versions.find(({ version, aliases }) => version !== b && aliases.includes('champion'))?.version
}

function Side(props: {
  label: string
  value: number | undefined
  numbers: readonly string[]
  onChoose: (value: string) => void
}) {
  const { label, value, numbers, onChoose } = props
  return (
    <span className="row small">
      {label}
      <NativeSelect
        size="xs"
        aria-label={label}
        value={String(value ?? '')}
        data={[...numbers]}
        onChange={(event) => onChoose(event.currentTarget.value)}
      />
    </span>
  )
}

type Pair = { model: string; a: number; b: number; versions: readonly VersionSummary[] }

function Compared({ model, a, b, versions }: Pair) {
  const client = useQueryClient()
  const { environment } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(comparison(model, a, b))
  return (
    <Loaded query={query} lines={10} what="The comparison">
      {(found) => (
        <>
          <Found found={found} />
          <DifferencesCard
            model={model}
            a={a}
            b={b}
            environment={environment}
            onEnvironment={(next) =>
              void navigate({ search: (old) => ({ ...old, environment: next }), replace: true, resetScroll: false })
            }
          />
          <DecisionCard found={found} versions={versions} onRefresh={() => void client.invalidateQueries()} />
          <ChallengeHistory model={model} />
        </>
      )}
    </Loaded>
  )
}

function Found({ found }: { found: VersionComparison }) {
  const { kind } = route.useSearch()
  const navigate = route.useNavigate()
  const { tone, sentence, detail } = comparisonFinding(found)
  return (
    <>
      <Lead tone={tone} detail={detail}>
        {sentence}
      </Lead>
      {found.figures.length === 0 ? (
        <Card title="Figures" flush>
          <EmptyState
            title="The two versions have no evidence of one kind in common."
            command={`modelkeep evaluate ${found.model}@${found.a} --dataset sha256:…`}
          >
            Evaluate both on the same dataset, and they can be compared.
          </EmptyState>
        </Card>
      ) : (
        <>
          <DifferencePlot found={found} />
          <ComparedFigures
            found={found}
            kind={kind}
            onKind={(next) => void navigate({ search: (old) => ({ ...old, kind: next }), replace: true })}
          />
        </>
      )}
      <GroundCard found={found} />
    </>
  )
}
