import { NativeSelect, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Evaluation } from '../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { EmptyState, ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { useMay } from '../access/people.tsx'
import { datasets } from '../datasets/queries.ts'
import { cancelEvaluation, evaluationsOf, isGoing, startEvaluation } from './queries.ts'

/** Starts an evaluation on a stored dataset, and shows those that run or ran. */
export function RunEvaluation({ version }: { version: ModelVersion }) {
  const { model, version: number } = version
  const may = useMay()
  const client = useQueryClient()
  const { data: stored = [] } = useQuery(datasets)
  const { data: evaluations = [] } = useQuery(evaluationsOf(model, number))
  const [chosen, setChosen] = useState<string>()
  const dataset = stored.find((each) => each.digest === chosen) ?? preferred(version, stored)
  const refresh = () => client.invalidateQueries({ queryKey: ['evaluation', 'evaluations', model, number] })
  const start = useMutation({
    mutationFn: (digest: Evaluation['dataset']) =>
      startEvaluation({
        model,
        version: number,
        dataset: digest,
        source: { kind: 'model' },
        kinds: ['performance', 'fairness'],
      }),
    onSuccess: refresh,
  })
  const done = evaluations.filter((each) => each.state === 'done').length
  // New evidence changes the lists of evidence and the standing before the gate.
  useEffect(() => {
    if (done === 0) return
    void client.invalidateQueries({ queryKey: ['evaluation', 'evidence'] })
    void client.invalidateQueries({ queryKey: ['gate', 'standing'] })
  }, [client, done])

  return (
    <Card title="Evaluate">
      {may('evaluation.run', model) &&
        (dataset ? (
          <div className="stack">
            <NativeSelect
              size="sm"
              label="Dataset"
              value={dataset.digest}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={stored.map((each) => ({
                value: each.digest,
                label: `${each.name}, ${each.rows.toLocaleString('en')} rows`,
              }))}
            />
            <div>
              <Button
                kind={evaluations.length === 0 ? 'go' : 'plain'}
                busy={start.isPending || evaluations.some(isGoing)}
                onClick={() => start.mutate(dataset.digest)}
              >
                Run the evaluation
              </Button>
            </div>
          </div>
        ) : (
          <EmptyState title="No dataset is stored yet." command="modelkeep dataset add NAME FILE.csv" />
        ))}
      {may('evaluation.run', model) && (
        <p className="small" style={{ margin: '8px 0 0' }}>
          <PathLink to={`/models/${encodeURIComponent(model)}/versions/${number}/evaluate`}>
            Evaluate a table of predictions
          </PathLink>
        </p>
      )}
      {start.error && <ErrorState error={start.error} what="The evaluation did not start" />}
      {evaluations.slice(0, 6).map((evaluation) => (
        <EvaluationRow key={evaluation.id} evaluation={evaluation} onChange={refresh} />
      ))}
    </Card>
  )
}

/** A dataset that the version's run named for evaluation comes before the others. */
function preferred<T extends { digest: string; id: string }>(
  version: ModelVersion,
  stored: readonly T[],
): T | undefined {
  const named = version.manifest.datasets
    .toSorted(
      (a, b) => Number(/eval|test|hold/i.test(b.context ?? '')) - Number(/eval|test|hold/i.test(a.context ?? '')),
    )
    .map((each) => each.dataset_version)
  return stored.find((each) => named.includes(each.id) || named.includes(each.digest)) ?? stored[0]
}

function EvaluationRow({ evaluation, onChange }: { evaluation: Evaluation; onChange: () => void }) {
  const cancel = useMutation({ mutationFn: () => cancelEvaluation(evaluation.id), onSuccess: onChange })
  return (
    <div style={{ borderTop: '1px solid var(--line)', marginTop: 10, paddingTop: 8 }} className="small">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <EvaluationState evaluation={evaluation} />
        <span className="quiet">
          <Moment at={evaluation.finished_at ?? evaluation.created_at} />
        </span>
      </div>
      {isGoing(evaluation) && (
        <div className="row" style={{ marginTop: 4 }}>
          <Progress
            value={evaluation.progress * 100}
            aria-label={`Evaluation, ${evaluation.phase}`}
            size="sm"
            style={{ flex: 1 }}
            transitionDuration={120}
          />
          <Button kind="bare" onClick={() => cancel.mutate()} busy={cancel.isPending}>
            Cancel
          </Button>
        </div>
      )}
      {evaluation.error && <p style={{ margin: 0 }}>{evaluation.error}</p>}
    </div>
  )
}

function EvaluationState({ evaluation }: { evaluation: Evaluation }) {
  switch (evaluation.state) {
    case 'queued':
      return <Tone tone="waiting">waiting for a worker</Tone>
    case 'running':
      return (
        <Tone tone="waiting">
          {evaluation.phase || 'running'}, {Math.round(evaluation.progress * 100)} % done
        </Tone>
      )
    case 'done':
      return <Tone tone="met">evidence stored, protocol {evaluation.protocol_version}</Tone>
    case 'failed':
      return <Tone tone="blocked">failed</Tone>
    case 'cancelled':
      return <Tone tone="unknown">cancelled</Tone>
  }
}
