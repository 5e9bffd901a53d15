import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Thread } from '../comments/Thread.tsx'
import { version } from '../registry/queries.ts'
import { DecisionLookup } from './decisions/DecisionLookup.tsx'
import { EvidenceOrigin } from './EvidenceOrigin.tsx'
import { findingOf, kindTitles } from './findings.ts'
import { LimitTable } from './LimitTable.tsx'
import { limitsOf, limitsSentence, limitsTone } from './limits.ts'
import { panels } from './panels.ts'
import { evidence } from './queries.ts'
import { groundSentence } from './sureness.ts'

const route = getRouteApi('/signed-in/models/$name/versions/$which/evidence/$evidence')

/** One piece of evidence as one would print it: what was found, against which limits, on which data, how sure, from where. */
export function EvidencePage() {
  const { name, which, evidence: id } = route.useParams()
  const item = useQuery(evidence(id))
  const about = useQuery(version(name, which))
  return (
    <Loaded query={about} lines={3} what={`${name} ${which}`}>
      {(found) => (
        <Loaded query={item} lines={10} what="The evidence">
          {(one) =>
            one.subject.id === found.id ? <Found version={found} item={one} /> : <Elsewhere version={found} />
          }
        </Loaded>
      )}
    </Loaded>
  )
}

function Found({ version, item }: { version: ModelVersion; item: Evidence }) {
  const limits = limitsOf(item)
  const Panel = panels[item.kind]
  const name = `${version.model} ${version.version}`
  return (
    <Page
      title={`${kindTitles[item.kind]}: ${name}`}
      heading={
        <>
          {kindTitles[item.kind]} <span className="fact">{name}</span>
        </>
      }
      actions={<Button onClick={() => window.print()}>Print</Button>}
    >
      <Lead tone={limitsTone(limits)} detail={`${limitsSentence(limits)}. ${groundSentence(item)}`}>
        {findingOf(item)}
      </Lead>
      <LimitTable limits={limits} />
      <Panel item={item} />
      {item.kind === 'explanation' && <DecisionLookup version={version} evidence={item} />}
      <EvidenceOrigin item={item} />
      <Thread version={version} about={{ kind: 'evidence', id: item.id }} title="Comments on this evidence" />
    </Page>
  )
}

function Elsewhere({ version }: { version: ModelVersion }) {
  return (
    <Page title="Evidence of another version">
      <EmptyState title={`This evidence is not about ${version.model} ${version.version}.`}>
        <Link
          to="/models/$name/versions/$which"
          params={{ name: version.model, which: String(version.version) }}
          search={{ tab: 'evaluations' }}
        >
          What was found about {version.model} {version.version}
        </Link>
      </EmptyState>
    </Page>
  )
}
