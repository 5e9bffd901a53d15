import { useState } from 'react'
import type { Requirement } from '../../../src/modules/policy/schema.ts'
import { PathLink } from '../../ui/PathLink.tsx'
import { ToneShape } from '../../ui/Tone.tsx'
import { Remarks } from '../comments/Remarks.tsx'
import { EvidenceLink, type Subject } from '../evaluation/EvidenceLink.tsx'
import { hasPicture, RequirementEvidence } from '../evaluation/RequirementEvidence.tsx'
import { Waive } from '../reviews/Waive.tsx'
import { WaivedBy } from '../reviews/WaivedBy.tsx'
import styles from './RequirementList.module.css'
import { whoWords } from './who.ts'

type ListProps = {
  requirements: readonly Requirement[]
  about: Subject
  /** Where requirements can be waived from here. */
  environment?: string
  /** What whoever looks can meet, each as `policy/requirement`. */
  yours?: readonly string[]
}

/** Every requirement with its state, its figures and, opened, its evidence. What blocks comes opened. */
export function RequirementList({ requirements, about, environment, yours = [] }: ListProps) {
  return (
    <ul className={styles.list}>
      {requirements.map((requirement) => (
        <RequirementRow
          key={`${requirement.policy.name}/${requirement.id}`}
          requirement={requirement}
          about={about}
          environment={environment}
          isYours={yours.includes(`${requirement.policy.name}/${requirement.id}`)}
        />
      ))}
    </ul>
  )
}

type RowProps = { requirement: Requirement; about: Subject; environment: string | undefined; isYours: boolean }

function RequirementRow({ requirement, about, environment, isYours }: RowProps) {
  const drawable = hasPicture(requirement)
  const [open, setOpen] = useState(drawable && isFairness(requirement))
  return (
    <li className={open ? styles.open : styles.row}>
      <span className={styles.shape}>
        <ToneShape tone={requirement.waiver ? 'attention' : requirement.state} />
      </span>
      <div className={styles.text}>
        {drawable ? (
          <button type="button" className={styles.title} aria-expanded={open} onClick={() => setOpen(!open)}>
            {requirement.title}
          </button>
        ) : (
          <span>{requirement.title}</span>
        )}
        <div className={styles.why}>{requirement.explanation}</div>
        {requirement.waiver && <WaivedBy waiver={requirement.waiver} />}
        {environment !== undefined && <Remarks requirement={requirement} version={about} environment={environment} />}
        {open && <RequirementEvidence requirement={requirement} about={about} />}
        {!drawable && requirement.evidence_id && (
          <div className="small">
            <EvidenceLink about={about} id={requirement.evidence_id}>
              The evidence
            </EvidenceLink>
          </div>
        )}
      </div>
      <div className={styles.side}>
        <RequirementWho requirement={requirement} isYours={isYours} />
        {environment !== undefined && <Waive requirement={requirement} about={about} environment={environment} />}
      </div>
    </li>
  )
}

/** Fairness is shown without asking; single figures open on wish. */
function isFairness(requirement: Requirement): boolean {
  return requirement.state === 'blocked' || /ratio|rate|difference|fair/i.test(requirement.title)
}

/** Who can meet it and where, or nothing when it is met. */
export function RequirementWho({ requirement, isYours = false }: { requirement: Requirement; isYours?: boolean }) {
  if (requirement.state === 'met') return <span className={styles.who}>{originOf(requirement)}</span>
  const who = isYours ? 'you' : whoWords[requirement.who]
  return (
    <span className={styles.who}>
      <PathLink to={requirement.link} label={`Where ${who} can meet: ${requirement.title}`}>
        {who}
      </PathLink>
    </span>
  )
}

function originOf(requirement: Requirement): string {
  switch (requirement.type) {
    case 'evidence':
    case 'check':
      return 'server'
    case 'approval':
      return 'decision'
    case 'policy':
      return 'policy'
  }
}
