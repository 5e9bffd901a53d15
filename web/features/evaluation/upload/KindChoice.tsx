import { EvidenceKind } from '../../../../src/modules/evaluation/schema.ts'
import styles from './EvaluatePage.module.css'
import { kindsFor, type ProtocolDraft } from './protocol-draft.ts'

const kindWords: Record<EvidenceKind, { title: string; says: string }> = {
  performance: { title: 'Performance', says: 'how well it separates and predicts' },
  fairness: { title: 'Fairness', says: 'who is treated differently, and how sure that is' },
  mitigation: { title: 'Mitigation', says: 'weights and thresholds that make groups more alike' },
  slices: { title: 'Slices', says: 'the groups of rows in which it does worst' },
  explanation: { title: 'Explanation', says: 'what it goes by' },
  robustness: { title: 'Robustness', says: 'how it holds up when inputs are disturbed' },
  privacy: { title: 'Privacy', says: 'whether rows of its training can be told' },
}

type Props = {
  draft: ProtocolDraft
  change: (part: Partial<ProtocolDraft>) => void
  complaint: string | undefined
}

export function KindChoice({ draft, change, complaint }: Props) {
  const possible = kindsFor(draft)
  return (
    <fieldset className={styles.choices} aria-invalid={complaint !== undefined}>
      <legend className={styles.spoken}>What to find out</legend>
      {EvidenceKind.options.map((kind) => {
        const { title, says } = kindWords[kind]
        const can = possible.includes(kind)
        return (
          <label key={kind} className={can ? styles.choice : `${styles.choice} ${styles.cannot}`}>
            <input
              type="checkbox"
              disabled={!can}
              checked={can && draft.kinds.includes(kind)}
              onChange={({ currentTarget: { checked } }) =>
                change({
                  kinds: EvidenceKind.options.filter((each) => (each === kind ? checked : draft.kinds.includes(each))),
                })
              }
            />
            <span>
              {title}
              <span className={styles.says}>{can ? says : whyNot(kind, draft)}</span>
            </span>
          </label>
        )
      })}
      {complaint && <p className={styles.complaint}>{complaint}</p>}
    </fieldset>
  )
}

function whyNot(kind: EvidenceKind, { source, protected: groups, task }: ProtocolDraft): string {
  if ((kind === 'fairness' || kind === 'mitigation') && groups.length === 0) return 'needs a protected attribute'
  if (task === 'scores') return 'needs a column with the truth'
  return source === 'predictions' ? 'asks the model, which a table cannot answer' : ''
}
