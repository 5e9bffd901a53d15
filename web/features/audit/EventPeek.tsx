import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Json } from '../../ui/Json.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { Loaded } from '../../ui/States.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { inclusionProof, trailCheck } from './queries.ts'
import { sentenceOf, type TrailEvent } from './sentences.ts'

/** One event with everything that is in its leaf, and the proof that the leaf is in the tree. */
export function EventPeek({ event, onClose }: { event: TrailEvent; onClose: () => void }) {
  return (
    <Peek title={`Event ${event.index}`} onClose={onClose}>
      <p>
        {event.actor_name} {sentenceOf(event)}
      </p>
      <KeyValues>
        <Pair name="At" wrap>
          <Moment at={event.at} form="both" />
        </Pair>
        <Pair name="Action">
          <Fact>{event.action}</Fact>
        </Pair>
        <Pair name="Actor" wrap>
          <PathLink to={`/trail?actor=${encodeURIComponent(event.actor.id)}`}>{event.actor_name}</PathLink> by{' '}
          {event.actor.via}
        </Pair>
        <Pair name="About" wrap>
          {[...new Set([event.subject, ...event.about])].map((thing) => (
            <div key={thing}>
              <PathLink to={`/trail?about=${encodeURIComponent(thing)}`} className="fact">
                {thing}
              </PathLink>
            </div>
          ))}
        </Pair>
        <Pair name="Leaf">
          <Digest value={event.leaf} />
        </Pair>
      </KeyValues>
      <h3 style={{ marginTop: 12 }}>Recorded with it</h3>
      <Json value={event.detail} label="Detail of the event" />
      <ProofPart key={event.index} index={event.index} />
    </Peek>
  )
}

function ProofPart({ index }: { index: number }) {
  const [wanted, setWanted] = useState(false)
  const { data } = useQuery({ ...trailCheck, enabled: wanted })
  if (!wanted) {
    return (
      <div style={{ marginTop: 10 }}>
        <Button onClick={() => setWanted(true)}>Prove that it is in the tree</Button>
      </div>
    )
  }
  return data ? <ShownProof index={index} size={data.size} /> : null
}

function ShownProof({ index, size }: { index: number; size: number }) {
  const query = useQuery(inclusionProof(index, size))
  return (
    <div style={{ marginTop: 10 }}>
      <h3>Inclusion proof at size {size.toLocaleString('en')}</h3>
      <Loaded query={query} lines={3}>
        {(proof) => <Json value={{ index, ...proof }} label="Inclusion proof" />}
      </Loaded>
    </div>
  )
}
