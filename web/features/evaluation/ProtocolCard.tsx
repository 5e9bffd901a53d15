import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/problem.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { protocol } from './queries.ts'

const taskNames = {
  binary: 'two classes',
  multiclass: 'several classes',
  regression: 'a number',
  scores: 'scores without labels',
}

/** How this model is examined, the same for every version. */
export function ProtocolCard({ model }: { model: string }) {
  const query = useQuery(protocol(model))
  if (query.error instanceof ApiError && query.error.status === 404) {
    return (
      <Card title="Protocol" flush>
        <EmptyState
          title="No protocol says how this model is examined."
          command={`PUT /api/v1/models/${model}/protocol`}
        >
          Name the label, what is favourable, and the protected attributes.
        </EmptyState>
      </Card>
    )
  }
  return (
    <Card title={query.data ? `Protocol ${query.data.version}` : 'Protocol'}>
      <Loaded query={query}>
        {({ protocol: text, digest }) => (
          <KeyValues>
            <Pair name="Task">{taskNames[text.task]}</Pair>
            {text.task !== 'scores' && (
              <Pair name="Label" wrap>
                <Fact>{text.label}</Fact>
              </Pair>
            )}
            {text.task !== 'regression' && text.positive !== undefined && (
              <Pair name="Favourable">
                <Fact>{String(text.positive)}</Fact>
              </Pair>
            )}
            {text.task !== 'multiclass' && text.threshold !== undefined && (
              <Pair name="Decided at">
                <Fact>{text.threshold}</Fact>
              </Pair>
            )}
            <Pair name="Protected" wrap>
              {text.protected.join(', ') || 'none'}
              {text.intersections && text.protected.length > 1 && ', and their intersection'}
            </Pair>
            <Pair name="Intervals">{Math.round(text.confidence * 100)} %</Pair>
            <Pair name="Bootstrap">
              {text.bootstrap} rounds, seed {text.seed}
            </Pair>
            <Pair name="Digest">
              <Digest value={digest} />
            </Pair>
          </KeyValues>
        )}
      </Loaded>
    </Card>
  )
}
