import type { Explanation, GroundFact } from '../../../src/modules/gate/schema.ts'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { isoText, Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { ToneShape } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { EvidenceLink } from '../evaluation/EvidenceLink.tsx'
import styles from './Explain.module.css'

type Props = {
  sentence: string | null
  requirement: Requirement
  facts: readonly GroundFact[]
  explanation: Pick<Explanation, 'model' | 'version' | 'environment'>
}

/** The leaves of the tree: the rule as a sentence, and what it was judged on. */
export function GroundFacts({ sentence, requirement, facts, explanation }: Props) {
  return (
    <ul>
      {sentence !== null && <li className={styles.fact}>{sentence}</li>}
      {facts.map((fact) => (
        <li key={fact.kind === 'content' ? fact.digest : fact.id} className={styles.fact}>
          <One fact={fact} explanation={explanation} />
        </li>
      ))}
      {requirement.type === 'evidence' && facts.length === 0 && (
        <li className={styles.fact}>No such evidence is there.</li>
      )}
      {requirement.type === 'approval' && facts.length === 0 && (
        <li className={styles.fact}>Nobody in that role has decided.</li>
      )}
    </ul>
  )
}

function One({
  fact,
  explanation: { model, version, environment },
}: { fact: GroundFact } & Pick<Props, 'explanation'>) {
  switch (fact.kind) {
    case 'evidence':
      return (
        <>
          <EvidenceLink about={{ model, version }} id={fact.id}>
            {fact.evidence} evidence
          </EvidenceLink>{' '}
          <ShortDigest value={fact.digest} /> by {fact.source === 'server' ? 'the server' : `a ${fact.source}`},
          collected <Moment at={fact.collected_at} /> with {fact.method}
          {fact.until !== null && <>, counts until {isoText(Date.parse(fact.until))}</>}
          {fact.inputs.length > 0 && (
            <span className="quiet">
              {' '}
              on{' '}
              {fact.inputs
                .filter(({ role }) => role !== 'model')
                .map(({ name }) => name)
                .join(', ')}
            </span>
          )}
        </>
      )
    case 'decision':
      return (
        <>
          <ToneShape tone={fact.outcome === 'rejected' ? 'blocked' : fact.covers ? 'met' : 'attention'} />{' '}
          <PathLink
            to={`/models/${encodeURIComponent(model)}/versions/${version}?tab=decisions&environment=${environment}`}
          >
            {fact.outcome === 'rejected' ? 'Rejected' : 'Approved'}
          </PathLink>{' '}
          by <PersonName id={fact.decided_by} /> <Moment at={fact.decided_at} />
          {fact.covers ? ', covers this content' : `, no longer covers it: ${fact.differences.join('; ')}`}
        </>
      )
    case 'content':
      return (
        <>
          The sealed version <ShortDigest value={fact.digest} />,{' '}
          {fact.files === 1 ? 'one file' : `${fact.files} files`}
        </>
      )
  }
}

/** In a sentence; the whole of it on hover, and to copy where it leads. */
function ShortDigest({ value }: { value: string }) {
  return (
    <span className="fact" title={value}>
      {value.replace('sha256:', '').slice(0, 12)}
    </span>
  )
}
