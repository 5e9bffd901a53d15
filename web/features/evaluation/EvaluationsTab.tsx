import { useQuery } from '@tanstack/react-query'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { ComparisonCard } from './ComparisonCard.tsx'
import { DecisionLookup } from './decisions/DecisionLookup.tsx'
import { EvidenceList } from './EvidenceList.tsx'
import { ProtocolCard } from './ProtocolCard.tsx'
import { evidenceOf } from './queries.ts'
import { RunEvaluation } from './RunEvaluation.tsx'

/** What the server computed about this version, newest first by kind, and a button to compute more. */
export function EvaluationsTab({ version }: { version: ModelVersion }) {
  const query = useQuery(evidenceOf(version.model, version.version))
  return (
    <div className="cols">
      <div>
        <Loaded query={query} lines={8}>
          {(evidence) =>
            evidence.length === 0 ? (
              <Card title="Evidence" flush>
                <EmptyState
                  title="Nothing has been evaluated yet."
                  action={
                    <PathLink to={`/models/${encodeURIComponent(version.model)}/versions/${version.version}/evaluate`}>
                      Evaluate a table of predictions
                    </PathLink>
                  }
                >
                  Choose a file with predictions, confirm what its columns mean, and see the result. The server can also
                  score the ONNX model on a stored dataset itself.
                </EmptyState>
              </Card>
            ) : (
              <EvidenceList version={version} evidence={evidence} />
            )
          }
        </Loaded>
        <ComparisonCard version={version} />
        <DecisionLookup version={version} />
      </div>
      <aside aria-label="Run and protocol">
        <RunEvaluation version={version} />
        <ProtocolCard model={version.model} />
      </aside>
    </div>
  )
}
