import type { DecisionExplanation } from '../../../../src/modules/evaluation/schema.ts'
import type { ModelVersion } from '../../../../src/modules/registry/schema.ts'
import { BarPlot, type BarRow } from '../../../ui/BarPlot.tsx'
import { PathLink } from '../../../ui/PathLink.tsx'
import type { TwinColumn } from '../../../ui/Twin.tsx'
import { counted, figureText } from '../../../ui/Voice.tsx'
import { EvidenceLink } from '../EvidenceLink.tsx'
import { methodWords } from '../panels/method-words.ts'
import styles from './DecisionLookup.module.css'
import { decisionSentence, labelOf } from './decision-words.ts'

const mostCodes = 10

type Props = { found: DecisionExplanation; id: string; version: ModelVersion }
type Row = BarRow & { sentence: string }

/** What moved a prediction from the average to where it is, a bar and a sentence for each column. */
export function Reasons({ found, id, version }: Props) {
  const { result, evidence } = found
  const { reasons } = result
  if (!reasons) return null
  const codes = reasons.codes.slice(0, mostCodes)
  const rows: Row[] = codes.map((code) => ({
    label: labelOf(code),
    value: code.contribution,
    spread: code.error,
    sentence: code.sentence,
  }))
  return (
    <section aria-label={`Why ${id}`} className={styles.found}>
      <p className={styles.sentence}>
        {id}: {decisionSentence(result)}
      </p>
      <p className="small quiet">
        From {figureText(reasons.base)}, the average over {counted(reasons.background, 'row')}
        {reasons.scale === 'log_odds' ? ' on the scale of log odds' : ''}; {methodWords[reasons.method]}.{' '}
        {evidence ? (
          <>
            Kept with{' '}
            <EvidenceLink about={version} id={evidence}>
              the evidence
            </EvidenceLink>
            .
          </>
        ) : (
          'Computed now.'
        )}
      </p>
      <BarPlot
        title={`Reasons for ${id}`}
        rows={rows}
        signed
        unit="Contribution"
        {...(reasons.method === 'sampled_orders' ? { spread: 'standard error of the sampling' } : {})}
        columns={columns}
      />
      <ol className={styles.codes}>
        {codes.map(({ feature, sentence }) => (
          <li key={feature}>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}.</li>
        ))}
      </ol>
      <p className="small quiet inline-links">
        The trail has recorded that you looked.{' '}
        <PathLink
          to={`/trail?${new URLSearchParams({ about: `version:${version.id}`, action: 'decision.explained' })}`}
        >
          See the event
        </PathLink>
      </p>
    </section>
  )
}

const columns: TwinColumn<Row>[] = [
  { key: 'column', header: 'Column', value: (row) => row.label },
  { key: 'contribution', header: 'Contribution', value: (row) => row.value },
  { key: 'error', header: 'Standard error', value: (row) => row.spread },
  { key: 'sentence', header: 'In words', value: (row) => row.sentence },
]
