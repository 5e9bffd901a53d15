import { useMutation } from '@tanstack/react-query'
import type { Evidence, Reproduction } from '../../../src/modules/evaluation/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Command, Digest } from '../../ui/Copy.tsx'
import { Json } from '../../ui/Json.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { useMay } from '../access/people.tsx'
import { reproduce } from './queries.ts'

/** Where a result comes from: method, settings, data and digest, and whether it can be computed again. */
export function EvidenceOrigin({ item }: { item: Evidence }) {
  const may = useMay()
  const again = useMutation({ mutationFn: () => reproduce(item.id) })
  return (
    <Card title="Where it comes from, so that a stranger can compute it again">
      <KeyValues>
        <Pair name="Method" wrap>
          <Fact>
            {item.method.name} {item.method.version}
          </Fact>
          , by the {item.source}, <Moment at={item.collected_at} form="iso" />
        </Pair>
        {item.valid_until && (
          <Pair name="Counts until">
            <Moment at={item.valid_until} form="iso" />
          </Pair>
        )}
        <Pair name="Version">
          <Digest value={item.subject.digest} />
        </Pair>
        {item.inputs.map(({ role, name, digest }) => (
          <Pair key={`${role}/${digest}`} name={roleWords(role)} wrap>
            {name} <Digest value={digest} />
          </Pair>
        ))}
        <Pair name="Evidence" wrap>
          <Fact>{item.id}</Fact>
        </Pair>
        <Pair name="Digest" wrap>
          <Digest value={item.digest} whole />
        </Pair>
      </KeyValues>
      <details className="small" style={{ margin: '10px 0' }}>
        <summary style={{ cursor: 'pointer', width: 'fit-content' }}>Every setting it was computed under</summary>
        <Json value={item.method.parameters} label="Settings" />
      </details>
      <div className="stack">
        <Command text={`modelkeep evidence reproduce ${item.id}`} />
        {may('evaluation.run') && (
          <div>
            <Button onClick={() => again.mutate()} busy={again.isPending}>
              {again.isPending ? 'Computing again…' : 'Compute it again'}
            </Button>
          </div>
        )}
        {again.error && <ErrorState error={again.error} what="It could not be computed again" />}
        <div aria-live="polite">{again.data && <Outcome reproduction={again.data} />}</div>
      </div>
    </Card>
  )
}

function roleWords(role: string): string {
  const words = role.replaceAll('_', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
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
