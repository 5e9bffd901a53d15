import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../src/modules/registry/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { isoText, Moment } from '../../ui/Moment.tsx'
import { ToneShape } from '../../ui/Tone.tsx'
import { EvidenceLink } from './EvidenceLink.tsx'
import styles from './EvidenceList.module.css'
import { findingOf, kindTitles } from './findings.ts'
import { limitsOf, limitsSentence, limitsTone } from './limits.ts'

type Props = { version: ModelVersion; evidence: readonly Evidence[] }

/** What was found, a sentence a kind, the newest of each; the whole of it is a click away. */
export function EvidenceList({ version, evidence }: Props) {
  return (
    <Card title="What was found" flush>
      <ul className={styles.list}>
        {newestByKind(evidence).map(({ newest, earlier }) => (
          <li key={newest.kind} className={styles.row}>
            <span className={styles.shape}>
              <ToneShape tone={limitsTone(limitsOf(newest))} />
            </span>
            <div className={styles.text}>
              <EvidenceLink about={version} id={newest.id}>
                {kindTitles[newest.kind]}
              </EvidenceLink>
              <div>{findingOf(newest)}</div>
              <div className="quiet small inline-links">
                {limitsSentence(limitsOf(newest))}.{earlier.length > 0 && ' Earlier: '}
                {earlier.slice(0, 4).map((item, index) => (
                  <span key={item.id}>
                    {index > 0 && ', '}
                    <EvidenceLink about={version} id={item.id}>
                      {isoText(Date.parse(item.collected_at))}
                    </EvidenceLink>
                  </span>
                ))}
              </div>
            </div>
            <span className={styles.when}>
              <Moment at={newest.collected_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const order: readonly Evidence['kind'][] = [
  'performance',
  'fairness',
  'mitigation',
  'slices',
  'explanation',
  'robustness',
  'privacy',
]

function newestByKind(evidence: readonly Evidence[]): { newest: Evidence; earlier: Evidence[] }[] {
  return order.flatMap((kind) => {
    const [newest, ...earlier] = evidence.filter((item) => item.kind === kind)
    return newest ? [{ newest, earlier }] : []
  })
}
