import { NativeSelect } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Evidence, Reproduction } from '../../../src/modules/evaluation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { isoText, Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { reproduce } from './queries.ts'

type Props = { item: Evidence; others: readonly Evidence[]; onChoose: (id: Evidence['id']) => void }

/** Where a result comes from: method, data, moment and digest, and whether it can be computed again. */
export function EvidenceOrigin({ item, others, onChoose }: Props) {
  const may = useMay()
  const again = useMutation({ mutationFn: () => reproduce(item.id) })
  return (
    <div className="small quiet">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <span>
          <Fact>
            {item.method.name} {item.method.version}
          </Fact>{' '}
          by the {item.source}, <Moment at={item.collected_at} />, digest <Digest value={item.digest} />
        </span>
        <span className="row">
          {others.length > 1 && (
            <NativeSelect
              size="xs"
              aria-label="Earlier evidence"
              value={item.id}
              onChange={(event) => {
                const id = others.find((each) => each.id === event.currentTarget.value)?.id
                if (id) onChoose(id)
              }}
              data={others.map((each) => ({ value: each.id, label: isoText(Date.parse(each.collected_at)) }))}
            />
          )}
          {may('evaluation.run') && (
            <Button onClick={() => again.mutate()} busy={again.isPending}>
              {again.isPending ? 'Computing again…' : 'Reproduce'}
            </Button>
          )}
        </span>
      </div>
      <div>
        On{' '}
        {item.inputs.map((input, index) => (
          <span key={`${input.role}/${input.digest}`}>
            {index > 0 && ', '}
            {input.role} {input.name} <Fact title={input.digest}>{input.digest.slice(7, 13)}…</Fact>
          </span>
        ))}
        {item.valid_until && (
          <>
            . Counts until <Moment at={item.valid_until} form="iso" />
          </>
        )}
      </div>
      {again.error && <ErrorState error={again.error} what="It could not be computed again" />}
      <div aria-live="polite">{again.data && <Outcome reproduction={again.data} />}</div>
    </div>
  )
}

function Outcome({ reproduction }: { reproduction: Reproduction }) {
  switch (reproduction.outcome) {
    case 'identical':
      return <Tone tone="met">Computed again to the same digest</Tone>
    case 'different':
      return (
        <>
          <Tone tone="blocked">Computed again to another digest</Tone>
          <ul>
            {reproduction.differences.slice(0, 20).map((difference) => (
              <li key={difference.path}>
                <Fact>
                  {difference.path}: {JSON.stringify(difference.recorded)} is now{' '}
                  {JSON.stringify(difference.recomputed)}
                </Fact>
              </li>
            ))}
          </ul>
        </>
      )
  }
}
