import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ChallengeSheet } from '../../../src/modules/challenges/schema.ts'
import type { VersionComparison } from '../../../src/modules/evaluation/schema.ts'
import type { VersionSummary } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { ChallengeForm } from './ChallengeForm.tsx'
import { challengeSheet } from './queries.ts'

type Props = { found: VersionComparison; versions: readonly VersionSummary[]; onRefresh: () => void }

/** What a comparison with the version of an alias ends in. */
export function DecisionCard({ found, versions, onRefresh }: Props) {
  const { model, a, b } = found
  const aliases = versions.find(({ version }) => version === a)?.aliases ?? []
  const alias = aliases.includes('champion') ? 'champion' : aliases[0]
  const elsewhere = versions.find((each) => each.version !== b && each.aliases.includes('champion'))
  if (alias === undefined) {
    return (
      <Card title="Decision" flush>
        <EmptyState title={`No alias points to version ${a}, so version ${b} challenges nothing here.`}>
          {elsewhere && (
            <Link to="/models/$name/compare" params={{ name: model }} search={{ a: elsewhere.version, b }}>
              Compare with the champion, version {elsewhere.version}
            </Link>
          )}
        </EmptyState>
      </Card>
    )
  }
  return <Open found={found} alias={alias} onRefresh={onRefresh} />
}

function Open({ found, alias, onRefresh }: { found: VersionComparison; alias: string; onRefresh: () => void }) {
  const query = useQuery(challengeSheet(found.model, alias, found.b))
  return (
    <Card title={`Decision: ${alias} ${found.a}, or challenger ${found.b}`}>
      <Loaded query={query} lines={5} what="What stands against it">
        {(sheet) => <Body sheet={sheet} found={found} onRefresh={onRefresh} />}
      </Loaded>
    </Card>
  )
}

function Body({ sheet, found, onRefresh }: { sheet: ChallengeSheet; found: VersionComparison; onRefresh: () => void }) {
  const may = useMay()
  if (groundOf(sheet) !== groundOfFound(found) || sheet.champion !== found.a) {
    return (
      <div className="stack">
        <Tone tone="attention" wrap>
          Something was measured or moved since this page was opened.
        </Tone>
        <div className="row">
          <Button onClick={onRefresh}>Look again</Button>
        </div>
      </div>
    )
  }
  return (
    <div className="stack">
      <Guards sheet={sheet} />
      {may('review.decide', sheet.model) ? (
        <ChallengeForm sheet={sheet} />
      ) : (
        <>
          <p>
            The figures suggest <b>{sheet.suggested.materiality}</b>: {sheet.suggested.why}
          </p>
          <p className="quiet small">Somebody who may decide about {sheet.model} ends the comparison.</p>
        </>
      )}
    </div>
  )
}

/** A comparison follows from its evidence, so the same evidence is the same comparison. */
const groundOf = ({ evidence }: ChallengeSheet) => evidence.map(({ side, id }) => `${side} ${id}`).join()

const groundOfFound = ({ kinds }: VersionComparison) =>
  kinds
    .flatMap(({ a, b }) => [...(a === null ? [] : [`champion ${a}`]), ...(b === null ? [] : [`challenger ${b}`])])
    .join()

function Guards({ sheet }: { sheet: ChallengeSheet }) {
  const { guards, alias, challenger, model } = sheet
  if (guards.length === 0) return <p className="quiet">No environment protects {alias}, so the gate is not asked.</p>
  return guards.map(({ environment, outcome, proceed, path, break_glass }) => (
    <p key={environment} className="row">
      <Tone tone={break_glass ? 'blocked' : outcome === 'denied' ? (proceed ? 'attention' : 'blocked') : 'met'} wrap>
        {break_glass
          ? `Version ${challenger} goes through the gate of ${environment} only because the glass is broken: ${path}.`
          : outcome === 'denied'
            ? `The gate of ${environment} denies version ${challenger}: ${path}.`
            : `The gate of ${environment} lets version ${challenger} through.`}
      </Tone>
      <Link
        to="/models/$name/versions/$which"
        params={{ name: model, which: String(challenger) }}
        search={{ environment }}
        className="small"
      >
        Version {challenger} in {environment}
      </Link>
    </p>
  ))
}
