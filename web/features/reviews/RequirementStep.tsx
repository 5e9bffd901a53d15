import { useQuery } from '@tanstack/react-query'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import type { Decision, ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { EvidenceLink, type Subject } from '../evaluation/EvidenceLink.tsx'
import { findingOf } from '../evaluation/findings.ts'
import { LimitTable } from '../evaluation/LimitTable.tsx'
import { limitsOf } from '../evaluation/limits.ts'
import { panels } from '../evaluation/panels.ts'
import { evidence } from '../evaluation/queries.ts'
import { RequirementEvidence } from '../evaluation/RequirementEvidence.tsx'
import { type Judgement, keyOf } from './judgement.ts'
import styles from './ReviewPage.module.css'

type Props = { requirement: Requirement; sheet: ReviewSheet; judgement: Judgement }

/** One requirement with its evidence in place. */
export function RequirementStep({ requirement, sheet, judgement }: Props) {
  const { policy, type } = requirement
  return (
    <>
      <Lead tone={requirement.state} detail={requirement.explanation}>
        {requirement.title}
      </Lead>
      {policy.version > 0 && (
        <p className="quiet small">
          Rule <Fact>{requirement.id}</Fact> of{' '}
          <PathLink to={`/policies/${policy.name}?version=${policy.version}`}>
            {policy.name} {policy.version}
          </PathLink>
        </p>
      )}
      {sheet.review.state === 'open' && sheet.conflicts.length === 0 && (
        <p>
          <label className={styles.mark}>
            <input
              type="checkbox"
              checked={judgement.marked.has(keyOf(requirement))}
              onChange={(event) => judgement.mark(keyOf(requirement), event.currentTarget.checked)}
            />
            <span>This has to be different</span> <kbd className="fact quiet">x</kbd>
          </label>
        </p>
      )}
      {type === 'check' && requirement.evidence_id && (
        <Card title="What it rests on">
          <RequirementEvidence requirement={requirement} about={aboutOf(sheet)} />
        </Card>
      )}
      {type === 'evidence' && requirement.evidence_id && (
        <WholeEvidence id={requirement.evidence_id} about={aboutOf(sheet)} />
      )}
      {type === 'approval' && <SoFar decisions={sheet.decisions} />}
      {type === 'check' && !requirement.evidence_id && <VersionFacts sheet={sheet} />}
    </>
  )
}

/** Which version is under review. */
function aboutOf({ snapshot: { model, version } }: ReviewSheet): Subject {
  return { model: model.name, version: version.version }
}

function WholeEvidence({ id, about }: { id: string; about: Subject }) {
  const query = useQuery(evidence(id))
  return (
    <Loaded query={query} lines={6}>
      {(item) => {
        const Panel = panels[item.kind]
        return (
          <>
            <Card
              title={
                <>
                  Evidence of {item.kind}, by the {item.source}, <Moment at={item.collected_at} />,{' '}
                  <Digest value={item.digest} />
                </>
              }
              actions={
                <EvidenceLink about={about} id={item.id}>
                  Open it
                </EvidenceLink>
              }
            >
              {findingOf(item)}
            </Card>
            <LimitTable limits={limitsOf(item)} />
            <Panel item={item} />
          </>
        )
      }}
    </Loaded>
  )
}

/** Who has decided about exactly this version so far. */
function SoFar({ decisions }: { decisions: readonly Decision[] }) {
  return (
    <Card title="Decisions about this version">
      {decisions.length === 0 && <span className="quiet">Nobody has decided about this version.</span>}
      <div className="stack">
        {decisions.map((decision) => (
          <Quote
            key={decision.id}
            by={
              <>
                {decision.outcome} by <PersonName id={decision.decided_by} />
                {decision.in_place_of.map((person) => (
                  <span key={person}>
                    {' '}
                    in the place of <PersonName id={person} />
                  </span>
                ))}
                , <Moment at={decision.decided_at} />
              </>
            }
          >
            {decision.reason}
          </Quote>
        ))}
      </div>
    </Card>
  )
}

function VersionFacts({ sheet }: { sheet: ReviewSheet }) {
  const { model, version } = sheet.snapshot
  return (
    <Card title="What it looks at">
      <KeyValues>
        <Pair name="Model">{model.name}</Pair>
        <Pair name="Tier">{model.tier ?? 'nobody has said'}</Pair>
        <Pair name="Owner">
          <PersonName id={model.owner} />
        </Pair>
        <Pair name="Version">
          <Digest value={version.digest} />
        </Pair>
        <Pair name="Run">{version.run ? <Fact>{version.run.id}</Fact> : 'not from a run'}</Pair>
      </KeyValues>
    </Card>
  )
}
