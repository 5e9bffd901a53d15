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
import { EvidenceBody } from '../evaluation/EvaluationsTab.tsx'
import { evidence } from '../evaluation/queries.ts'
import { RequirementEvidence } from '../evaluation/RequirementEvidence.tsx'

/** One requirement with its evidence in place and what was decided before. */
export function RequirementStep({ requirement, sheet }: { requirement: Requirement; sheet: ReviewSheet }) {
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
      {type === 'check' && requirement.evidence_id && (
        <Card title="What it rests on">
          <RequirementEvidence requirement={requirement} />
        </Card>
      )}
      {type === 'evidence' && requirement.evidence_id && <WholeEvidence id={requirement.evidence_id} />}
      {type === 'approval' && <Before decisions={sheet.decisions} />}
      {type === 'check' && !requirement.evidence_id && <VersionFacts sheet={sheet} />}
    </>
  )
}

function WholeEvidence({ id }: { id: string }) {
  const query = useQuery(evidence(id))
  return (
    <Loaded query={query} lines={6}>
      {(item) => (
        <Card
          title={
            <>
              Evidence of {item.kind}, by the {item.source}, <Moment at={item.collected_at} />,{' '}
              <Digest value={item.digest} />
            </>
          }
        >
          <EvidenceBody item={item} />
        </Card>
      )}
    </Loaded>
  )
}

function Before({ decisions }: { decisions: readonly Decision[] }) {
  return (
    <Card title="Decided before">
      {decisions.length === 0 && <span className="quiet">Nobody has decided about this version.</span>}
      {decisions.map((decision) => (
        <Quote
          key={decision.id}
          by={
            <>
              {decision.outcome} by <PersonName id={decision.decided_by} />, <Moment at={decision.decided_at} />
            </>
          }
        >
          {decision.reason}
        </Quote>
      ))}
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
