import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Evidence, ExplainInput } from '../../../../src/modules/evaluation/schema.ts'
import { ExplanationResult } from '../../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import { Button } from '../../../ui/Button.tsx'
import { Card } from '../../../ui/Card.tsx'
import { ErrorState, Skeleton } from '../../../ui/States.tsx'
import { counted, Fact } from '../../../ui/Voice.tsx'
import { datasets } from '../../datasets/queries.ts'
import { explainDecision, protocol } from '../queries.ts'
import { Counterfactuals } from './Counterfactuals.tsx'
import styles from './DecisionLookup.module.css'
import { Reasons } from './Reasons.tsx'

type Props = {
  version: ModelVersion
  /** The explanation on whose page this stands. */
  evidence?: Evidence
}

/** Why one decision was taken, found by its id; whoever looks is recorded. */
export function DecisionLookup({ version, evidence }: Props) {
  const { data: known } = useQuery(protocol(version.model))
  const { data: stored = [] } = useQuery(datasets)
  const [id, setId] = useState('')
  const [chosen, setChosen] = useState('')
  const kept = evidence && ExplanationResult.shape.decisions.safeParse(evidence.result.decisions).data
  const column = kept?.column ?? known?.protocol.id
  const own = evidence?.inputs.find(({ role }) => role === 'dataset')?.digest
  const dataset = own ?? stored.find(({ digest }) => digest === chosen)?.digest
  const ask = (kinds: ExplainInput['kinds'], of: { dataset?: ExplainInput['dataset']; id: string }) =>
    explainDecision(version.model, version.version, {
      id: of.id,
      kinds,
      ...(of.dataset ? { dataset: of.dataset } : {}),
      ...(column ? { column } : {}),
    })
  const reasons = useMutation({
    mutationFn: (wanted: string) => ask(['reasons'], { id: wanted, dataset }),
  })
  const others = useMutation({
    mutationFn: (found: { id: string; dataset: ExplainInput['dataset'] }) => ask(['counterfactuals'], found),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    const wanted = id.trim()
    if (wanted === '') return
    others.reset()
    reasons.mutate(wanted)
  }
  const found = reasons.data
  return (
    <Card title="Why one decision was taken">
      {column === undefined ? (
        <p className="small quiet" style={{ margin: 0 }}>
          The protocol does not say which column names a decision. Set its <Fact>id</Fact>, and decisions can be looked
          up here.
        </p>
      ) : (
        <form onSubmit={submit} className={styles.form}>
          <TextInput
            size="sm"
            label={`Decision, by ${column}`}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          {!own && (
            <NativeSelect
              size="sm"
              label="Its row is in"
              value={chosen}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={[
                { value: '', label: 'what evidence keeps' },
                ...stored.map((each) => ({ value: each.digest, label: `${each.name}, ${counted(each.rows, 'row')}` })),
              ]}
            />
          )}
          <Button type="submit" kind="go" busy={reasons.isPending} disabled={id.trim() === ''}>
            Explain
          </Button>
        </form>
      )}
      {column !== undefined && (
        <p className="small quiet" style={{ margin: '8px 0 0' }}>
          {kept &&
            `Reason codes of ${counted(kept.n, 'decision')} of ${kept.of.toLocaleString('en')} are kept with this evidence; others are computed. `}
          Looking one up is recorded in the trail with your name, and never with what the row holds.
        </p>
      )}
      <div aria-live="polite">
        {reasons.isPending && <Skeleton lines={5} />}
        {reasons.error && <ErrorState error={reasons.error} what="It cannot be explained" />}
        {found && !reasons.isPending && reasons.variables && (
          <>
            <Reasons found={found} id={reasons.variables} version={version} />
            {found.result.threshold !== null &&
              (others.data ? (
                <Counterfactuals result={others.data.result} />
              ) : (
                <Button
                  busy={others.isPending}
                  onClick={() => others.mutate({ id: reasons.variables, dataset: found.dataset })}
                >
                  {others.isPending ? 'Looking for what would change it…' : 'What would have changed it'}
                </Button>
              ))}
            {others.error && <ErrorState error={others.error} what="What would change it cannot be said" />}
          </>
        )}
      </div>
    </Card>
  )
}
