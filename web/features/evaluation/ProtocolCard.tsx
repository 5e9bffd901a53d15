import { useQuery } from '@tanstack/react-query'
import type { DatasetRule } from '../../../src/modules/evaluation/schema.ts'
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

/** A rule of the protocol's datasets in words. */
function admits(rule: DatasetRule): string {
  if ('digest' in rule) return `exactly ${rule.digest.slice(0, 19)}…`
  const { name, rows, columns = [], distinct = {}, missing = {} } = rule
  const parts = [
    rows === undefined ? '' : `at least ${rows} rows`,
    columns.length > 0 ? `the columns ${columns.join(', ')}` : '',
    ...Object.entries(distinct).map(([column, least]) => `${least} or more values of ${column}`),
    ...Object.entries(missing).map(([column, most]) => `no more than ${Math.round(most * 100)} % of ${column} missing`),
  ].filter((part) => part !== '')
  return `${name === undefined ? 'any table' : `any version of ${name}`}${parts.length > 0 ? ` with ${parts.join(', ')}` : ''}`
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
            {text.datasets && (
              <Pair name="Tables" wrap>
                {text.datasets.map(admits).join(', or ')}
              </Pair>
            )}
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
