import type { ReactNode } from 'react'
import type { Outcome, RequirementState } from '../../src/modules/policy/schema.ts'
import type { LifecycleState } from '../../src/modules/registry/schema.ts'
import styles from './Tone.module.css'

/** The one status language: five tones, each with a shape and a word. */
export type ToneName = RequirementState

export const toneWords: Record<ToneName, string> = {
  met: 'Met',
  attention: 'Needs attention',
  blocked: 'Not met',
  waiting: 'Waiting',
  unknown: 'Not assessed',
}

/** The gate's three answers in the one status language. */
export const outcomeTones: Record<Outcome, ToneName> = { allowed: 'met', waived: 'attention', denied: 'blocked' }

/** A shape alone is hidden from nobody: its word is always there for a screen reader. */
export function ToneShape({ tone }: { tone: ToneName }) {
  return (
    <span className={`${styles.tone} ${styles[tone]}`}>
      <i className={styles.shape} aria-hidden="true" />
      <span className={styles.hidden}>{toneWords[tone]}</span>
    </span>
  )
}

type Props = { tone: ToneName; children?: ReactNode; wrap?: boolean }

export function Tone({ tone, children, wrap = false }: Props) {
  return (
    <span className={`${styles.tone} ${styles[tone]} ${wrap ? styles.wrap : ''}`}>
      <i className={styles.shape} aria-hidden="true" />
      <span>{children ?? toneWords[tone]}</span>
    </span>
  )
}

const stateWords: Record<LifecycleState, { tone: ToneName; word: string }> = {
  draft: { tone: 'unknown', word: 'draft' },
  submitted: { tone: 'waiting', word: 'submitted' },
  in_validation: { tone: 'waiting', word: 'in validation' },
  approved: { tone: 'met', word: 'approved' },
  approved_with_conditions: { tone: 'attention', word: 'approved with conditions' },
  rejected: { tone: 'blocked', word: 'rejected' },
  suspended: { tone: 'blocked', word: 'suspended' },
  retired: { tone: 'unknown', word: 'retired' },
}

export function StateTone({ state }: { state: LifecycleState }) {
  const { tone, word } = stateWords[state]
  return <Tone tone={tone}>{word}</Tone>
}
