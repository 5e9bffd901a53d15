import type { ReactNode } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { counted, Fact, Quote } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import { DecisionForm } from './DecisionForm.tsx'
import styles from './ReviewPage.module.css'

/** Exactly what the signature covers, digest by digest, and the decision. */
export function FinalSheet({ sheet }: { sheet: ReviewSheet }) {
  const { review, assessment, conflicts } = sheet
  const weak = assessment.requirements.filter(
    (each) => !['met', 'attention'].includes(each.state) && each.type !== 'approval',
  )
  return (
    <>
      <Lead
        tone={conflicts.length > 0 ? 'blocked' : weak.length > 0 ? 'attention' : 'waiting'}
        detail={`${assessment.counts.met} of ${assessment.counts.total} requirements are met.`}
      >
        {leadOf(sheet, weak.length)}
      </Lead>
      {conflicts.length > 0 && (
        <Card title="Why you may not decide">
          {conflicts.map((conflict) => (
            <p key={conflict.rule} style={{ margin: 0 }}>
              {conflict.message} <Fact>{conflict.rule}</Fact>
            </p>
          ))}
        </Card>
      )}
      {review.note && (
        <Card title="Note of who asked">
          <Quote by={<PersonName id={review.requested_by} />}>{review.note}</Quote>
        </Card>
      )}
      <Covered sheet={sheet} />
      {review.state === 'open' && conflicts.length === 0 && <DecisionForm sheet={sheet} />}
      {review.state === 'open' && conflicts.length > 0 && (
        <details>
          <summary className="quiet">Decide all the same: the server refuses, and records that you tried</summary>
          <div style={{ marginTop: 10 }}>
            <DecisionForm sheet={sheet} />
          </div>
        </details>
      )}
    </>
  )
}

function leadOf({ review, conflicts }: ReviewSheet, weak: number): string {
  if (review.state !== 'open') return `This review is closed: ${review.state}.`
  if (conflicts.length > 0) return 'Somebody else has to decide here.'
  if (weak > 0) return `${counted(weak, 'requirement')} beside the approval ${weak === 1 ? 'is' : 'are'} not met.`
  return 'Everything is met but the decision, which is yours.'
}

function Covered({ sheet }: { sheet: ReviewSheet }) {
  const { model, version, evidence, policies } = sheet.snapshot
  return (
    <Card
      title={
        <>
          The signature covers exactly this, together <Digest value={sheet.scope_digest} />
        </>
      }
      flush
    >
      <ul className={styles.sheet}>
        <Line
          name={`${model.name} ${version.version}, ${counted(version.files.length, 'file')}`}
          digest={version.digest}
        />
        {version.files.map((file) => (
          <Line key={file.path} name={<Fact>{file.path}</Fact>} digest={file.sha256} />
        ))}
        {version.run && (
          <Line name={<>Run {<Fact>{version.run.id.slice(0, 12)}</Fact>}</>} digest={version.run.digest} />
        )}
        {version.datasets.map((dataset) => (
          <Line
            key={`${dataset.name}/${dataset.digest}/${dataset.context}`}
            name={`Dataset ${dataset.name}${dataset.context ? `, ${dataset.context}` : ''}`}
            digest={dataset.digest}
          />
        ))}
        {evidence.map((item) => (
          <Line key={item.id} name={`Evidence of ${item.kind}, by the ${item.source}`} digest={item.digest} />
        ))}
        {policies.map((policy) => (
          <Line key={policy.name} name={`Policy ${policy.name} ${policy.version}`} digest={policy.digest} />
        ))}
        <li>
          <span>Tier, owner and purpose of the model as they are now</span>
        </li>
      </ul>
    </Card>
  )
}

function Line({ name, digest }: { name: ReactNode; digest: string }) {
  return (
    <li>
      <span>{name}</span>
      <Digest value={digest} />
    </li>
  )
}
