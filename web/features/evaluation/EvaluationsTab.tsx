import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Json } from '../../ui/Json.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { EvidenceOrigin } from './EvidenceOrigin.tsx'
import { FairnessPanel } from './FairnessPanel.tsx'
import { PerformancePanel } from './PerformancePanel.tsx'
import { ProtocolCard } from './ProtocolCard.tsx'
import { evidenceOf } from './queries.ts'
import { RunEvaluation } from './RunEvaluation.tsx'
import { Fairness, Performance } from './results.ts'

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
                <EmptyState title="Nothing has been evaluated yet.">
                  The server can score the ONNX model on a stored dataset itself; start it at the right.
                </EmptyState>
              </Card>
            ) : (
              newestByKind(evidence).map((item) => <EvidenceCard key={item.kind} items={item.items} />)
            )
          }
        </Loaded>
      </div>
      <aside aria-label="Run and protocol">
        <RunEvaluation version={version} />
        <ProtocolCard model={version.model} />
      </aside>
    </div>
  )
}

function newestByKind(evidence: readonly Evidence[]): { kind: Evidence['kind']; items: Evidence[] }[] {
  const kinds = [...new Set(evidence.map((item) => item.kind))].toSorted()
  return kinds.map((kind) => ({ kind, items: evidence.filter((item) => item.kind === kind) }))
}

const titles: Record<Evidence['kind'], string> = {
  performance: 'How well it separates and predicts',
  fairness: 'Who is treated differently, and how sure that is',
  mitigation: 'What could be done about differences',
  slices: 'Where it does worst',
  explanation: 'What it goes by',
  robustness: 'How it holds up',
  privacy: 'What it gives away',
}

function EvidenceCard({ items }: { items: readonly Evidence[] }) {
  const [chosen, setChosen] = useState(items[0]?.id)
  const item = items.find((each) => each.id === chosen) ?? items[0]
  if (!item) return null
  return (
    <Card title={titles[item.kind]}>
      <EvidenceOrigin item={item} others={items} onChoose={setChosen} />
      <EvidenceBody item={item} />
    </Card>
  )
}

/** The picture of a result, or the result itself where it has a shape that this page does not know. */
export function EvidenceBody({ item }: { item: Evidence }) {
  switch (item.kind) {
    case 'performance': {
      const result = Performance.safeParse(item.result)
      return result.success ? <PerformancePanel result={result.data} /> : <Json value={item.result} label="Result" />
    }
    case 'fairness': {
      const result = Fairness.safeParse(item.result)
      return result.success ? <FairnessPanel result={result.data} /> : <Json value={item.result} label="Result" />
    }
    default:
      return <Json value={item.result} label="Result" />
  }
}
