import { useQuery } from '@tanstack/react-query'
import type { ComparisonRule, Requirement } from '../../../src/modules/policy/schema.ts'
import { IntervalPlot, type IntervalRow } from '../../ui/IntervalPlot.tsx'
import { Loaded } from '../../ui/States.tsx'
import { figureText } from '../../ui/Voice.tsx'
import { policyVersion } from '../policy/queries.ts'
import { EvidenceLink, type Subject } from './EvidenceLink.tsx'
import { intervalRows, limitLine, plottable } from './fairness-rows.ts'
import { evidence } from './queries.ts'
import { attributesOf, Fairness, rateTitles } from './results.ts'

/** The evidence of one requirement, in place: the groups it compares, or its one figure against the limit. */
export function RequirementEvidence({ requirement, about }: { requirement: Requirement; about: Subject }) {
  const { policy, evidence_id } = requirement
  const rule = useQuery({ ...policyVersion(policy.name, policy.version), enabled: policy.version > 0 })
  if (!evidence_id) return null
  const comparison = rule.data?.document.checks.find(
    (check): check is ComparisonRule =>
      'figure' in check && (check.id === requirement.id || requirement.id.endsWith(`/${check.id}`)),
  )
  return (
    <>
      <EvidencePlot id={evidence_id} requirement={requirement} comparison={comparison} />
      <div className="small" style={{ marginTop: 4 }}>
        <EvidenceLink about={about} id={evidence_id}>
          The whole evidence
        </EvidenceLink>
      </div>
    </>
  )
}

function EvidencePlot(props: { id: string; requirement: Requirement; comparison: ComparisonRule | undefined }) {
  const { id, requirement, comparison } = props
  const query = useQuery(evidence(id))
  const wanted = comparison && plottable(comparison.figure)
  return (
    <Loaded query={query} lines={3}>
      {(item) => {
        const result = wanted && Fairness.safeParse(item.result).data
        const chosen = result && attributesOf(result).filter(({ key }) => isMeant(wanted.attribute, key))
        if (!wanted || !chosen || chosen.length === 0) return <SingleFigure requirement={requirement} />
        return chosen.map(({ key, name, fairness }) => (
          <div key={key}>
            {chosen.length > 1 && (
              <div className="quiet small" style={{ marginTop: 10 }}>
                by {name}
              </div>
            )}
            <IntervalPlot
              title={`${rateTitles[wanted.rate] ?? wanted.rate} by ${name}`}
              rows={intervalRows(fairness, wanted.rate)}
              limit={limitLine(fairness, wanted.rate, { kind: wanted.kind, value: comparison.limit })}
            />
          </div>
        ))
      }}
    </Loaded>
  )
}

/** A star in a figure's path means every protected attribute, but not their intersection. */
function isMeant(wanted: string, key: string): boolean {
  return wanted === '*' ? key !== 'intersection' : wanted === key
}

function SingleFigure({ requirement }: { requirement: Requirement }) {
  const { figure } = requirement
  if (!figure || figure.value === null) return null
  const row: IntervalRow = {
    label: 'this version',
    n: null,
    value: figure.value,
    low: figure.low,
    high: figure.high,
    small: false,
  }
  return (
    <IntervalPlot
      title={requirement.title}
      rows={[row]}
      limit={{ value: figure.limit, label: `limit ${figureText(figure.limit, 2)}` }}
    />
  )
}

/** Only what can be drawn offers to open. */
export function hasPicture(requirement: Requirement): boolean {
  return requirement.evidence_id !== null && requirement.figure !== null
}
