import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import type { Decision, SignedDecision } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { saveText } from '../../ui/copy.ts'
import { Json } from '../../ui/Json.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { ConditionList } from './ConditionList.tsx'
import { decisionsOf, signedDecision } from './queries.ts'

/** Who decided what about exactly which content, and whether that still is the content. */
export function DecisionsTab({ version }: { version: ModelVersion }) {
  const query = useQuery(decisionsOf(version.model, version.version))
  return (
    <Loaded query={query} lines={6}>
      {(decisions) =>
        decisions.length === 0 ? (
          <Card title="Decisions" flush>
            <EmptyState title="Nobody has decided about this version.">
              A developer asks for review on the first tab; somebody independent decides.
            </EmptyState>
          </Card>
        ) : (
          decisions.map((decision) => <DecisionCard key={decision.id} decision={decision} />)
        )
      }
    </Loaded>
  )
}

function DecisionCard({ decision }: { decision: Decision }) {
  const [open, setOpen] = useState(false)
  const verb = decision.outcome === 'approved' ? 'Approved' : 'Rejected'
  return (
    <Card title={`${verb} for ${decision.environment}`} actions={<DecisionTone decision={decision} />}>
      <Quote
        by={
          <>
            <PersonName id={decision.decided_by} />
            {decision.in_place_of.map((person) => (
              <span key={person}>
                {' '}
                in the place of <PersonName id={person} />
              </span>
            ))}
            , <Moment at={decision.decided_at} form="both" />
          </>
        }
      >
        {decision.reason}
      </Quote>
      <div style={{ margin: '10px 0' }}>
        <Coverage decision={decision} />
      </div>
      {decision.conditions.length > 0 && (
        <div style={{ margin: '10px 0' }}>
          <ConditionList conditions={decision.conditions} />
        </div>
      )}
      <KeyValues>
        <Pair name="Covers">
          <Digest value={decision.scope_digest} />
        </Pair>
        <Pair name="Decision">
          <Digest value={decision.digest} />
        </Pair>
        <Pair name="Signed by" wrap>
          {decision.person_key ? (
            <Tone tone="met">
              <PersonName id={decision.decided_by} /> with{' '}
              {decision.person_key.startsWith('passkey:') ? 'their passkey' : 'a key of their own'}, and the server
            </Tone>
          ) : (
            'the server'
          )}
        </Pair>
      </KeyValues>
      <div style={{ marginTop: 10 }}>
        <Button onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Hide the signed document' : 'See the signed document'}
        </Button>
      </div>
      {open && <Signed id={decision.id} />}
    </Card>
  )
}

function DecisionTone({ decision: { outcome, conditions } }: { decision: Decision }) {
  if (outcome === 'rejected') return <Tone tone="blocked">rejected</Tone>
  if (conditions.some(({ state }) => state === 'lapsed')) return <Tone tone="blocked">lapsed</Tone>
  if (conditions.some(({ state }) => state === 'open')) return <Tone tone="attention">approved with conditions</Tone>
  return <Tone tone="met">approved</Tone>
}

export function Coverage({ decision }: { decision: Pick<Decision, 'covers' | 'differences' | 'tolerated'> }) {
  const { covers, differences, tolerated = [] } = decision
  if (covers && tolerated.length === 0) return <Tone tone="met">Covers exactly what is here now</Tone>
  const isTold = tolerated.some(({ effect }) => effect === 'notify')
  return (
    <>
      {covers ? (
        <Tone tone={isTold ? 'attention' : 'met'}>Stands, as the policy lets it, although something changed</Tone>
      ) : (
        <Tone tone="blocked">No longer covers the content</Tone>
      )}
      <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
        {(covers ? tolerated.map(({ text }) => text) : differences).map((difference) => (
          <li key={difference}>{difference}</li>
        ))}
      </ul>
    </>
  )
}

function Signed({ id }: { id: string }) {
  const query = useQuery(signedDecision(id))
  return <Loaded query={query}>{(signed) => <SignedDocument signed={signed} />}</Loaded>
}

function SignedDocument({ signed }: { signed: SignedDecision }) {
  const { document } = signed
  const { compared } = document
  return (
    <div className="stack" style={{ marginTop: 12 }}>
      <KeyValues>
        <Pair name="Signed with">
          <Fact>{signed.key_id}</Fact>
        </Pair>
        <Pair name="Signature" wrap>
          <Fact>{signed.signature}</Fact>
        </Pair>
        {document.person_signature && (
          <Pair name="Own key" wrap>
            <Fact>{document.person_signature.key_id}</Fact>
          </Pair>
        )}
        <Pair name="Compared" wrap>
          approver <PersonName id={compared.approver} />, requester <PersonName id={compared.requester} />, developers{' '}
          {compared.developers.map((developer, index) => (
            <span key={developer}>
              {index > 0 && ', '}
              <PersonName id={developer} />
            </span>
          ))}
        </Pair>
        <Pair name="Policies" wrap>
          {document.snapshot.policies.map((policy) => (
            <div key={policy.name}>
              {policy.name} {policy.version} <Digest value={policy.digest} />
            </div>
          ))}
        </Pair>
        <Pair name="Evidence" wrap>
          {document.snapshot.evidence.map((item) => (
            <div key={item.id}>
              {item.kind} <Digest value={item.digest} />
            </div>
          ))}
        </Pair>
      </KeyValues>
      <div>
        <Button
          onClick={() => saveText(`${document.id}.json`, `${JSON.stringify(signed, null, 2)}\n`, 'application/json')}
        >
          Save the decision file
        </Button>
      </div>
      <Json value={document.snapshot} label="Snapshot that was decided on" />
    </div>
  )
}
