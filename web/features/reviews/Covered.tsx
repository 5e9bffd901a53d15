import type { ReactNode } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'
import type { ConditionDraft } from './conditions-draft.ts'
import styles from './ReviewPage.module.css'

type Props = { sheet: ReviewSheet; conditions: readonly ConditionDraft[] }

/** Exactly what the signature covers, digest by digest. */
export function Covered({ sheet, conditions }: Props) {
  const { model, version, evidence, policies, findings = [] } = sheet.snapshot
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
        {findings.map((finding) => (
          <li key={finding.id}>
            <span>
              Finding of {finding.severity} severity, known and open: {finding.title}
            </span>
            <Fact>{finding.id.slice(0, 12)}</Fact>
          </li>
        ))}
        {conditions.map((condition, place) => (
          <li key={condition.key}>
            <span>
              Condition {place + 1}: {condition.text || 'not written yet'}
            </span>
            <span>
              <PersonName id={condition.owner || null} />, {condition.day || 'no day yet'}
            </span>
          </li>
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
