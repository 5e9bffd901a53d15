import type { Assumed, ExplainedRequirement, Explanation } from '../../../src/modules/gate/schema.ts'
import { PathLink } from '../../ui/PathLink.tsx'
import { outcomeTones, type ToneName, ToneShape } from '../../ui/Tone.tsx'
import { RequirementWho } from '../policy/RequirementList.tsx'
import { WaivedBy } from '../reviews/WaivedBy.tsx'
import styles from './Explain.module.css'
import { GroundFacts } from './GroundFacts.tsx'
import { choicesOf, keyOf } from './what-if.ts'

type Props = {
  explanation: Explanation
  /** Key of the requirement that the keyboard is at. */
  current: string | undefined
  toggle: (key: string, what: Assumed) => void
}

const words = { allowed: 'Allowed', waived: 'Allowed under a waiver', denied: 'Denied' } as const

/** From the answer over the policies that apply to their requirements, and what each was judged on. */
export function ProofTree({ explanation, current, toggle }: Props) {
  const { model, version, environment, outcome, policies } = explanation
  return (
    <div className={styles.root}>
      <div className={styles.answer}>
        <ToneShape tone={outcomeTones[outcome]} /> {words[outcome]}: {model} {version} in {environment}
      </div>
      <ul className={styles.tree} aria-label="What the answer rests on">
        <li>
          <ul>
            {policies.map(({ name, version: number, title, requirements }) => (
              <li key={name}>
                <div className={styles.policy}>
                  <ToneShape tone={worst(requirements)} />{' '}
                  {number > 0 ? <PathLink to={`/policies/${name}?version=${number}`}>{title}</PathLink> : title}{' '}
                  {number > 0 && <span className="quiet small">{number}</span>}
                </div>
                <ul>
                  {requirements.map((each) => (
                    <li key={keyOf(each)}>
                      <Node node={each} explanation={explanation} isCurrent={keyOf(each) === current} toggle={toggle} />
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </li>
      </ul>
    </div>
  )
}

/** A requirement as it counts in this answer. */
export function toneOf({ requirement, assumed }: ExplainedRequirement): ToneName {
  switch (assumed) {
    case 'met':
      return 'met'
    case 'waived':
      return 'attention'
    case 'unmet':
      return 'blocked'
    case null:
      return requirement.waiver ? 'attention' : requirement.state
  }
}

const order: readonly ToneName[] = ['blocked', 'unknown', 'waiting', 'attention', 'met']

function worst(requirements: readonly ExplainedRequirement[]): ToneName {
  const tones = new Set(requirements.map(toneOf))
  return order.find((tone) => tones.has(tone)) ?? 'met'
}

type NodeProps = {
  node: ExplainedRequirement
  explanation: Explanation
  isCurrent: boolean
  toggle: Props['toggle']
}

const tries: Record<Assumed, string> = { met: 'If met', waived: 'If waived', unmet: 'If not met' }

function Node({ node, explanation, isCurrent, toggle }: NodeProps) {
  const { requirement, assumed, sentence, facts } = node
  const key = keyOf(node)
  const isOpen = toneOf(node) !== 'met' || isCurrent
  return (
    <div
      className={styles.node}
      data-current={isCurrent}
      data-assumed={assumed !== null}
      ref={(element) => {
        if (isCurrent) element?.scrollIntoView({ block: 'nearest' })
      }}
    >
      <span className={styles.shape}>
        <ToneShape tone={toneOf(node)} />
      </span>
      <div>
        {requirement.title}
        <div className={styles.why}>
          {assumed === null ? requirement.explanation : `${assumptions[assumed]} As it is: ${requirement.explanation}`}
        </div>
        {requirement.waiver && assumed === null && <WaivedBy waiver={requirement.waiver} />}
      </div>
      <div className={styles.toggles}>
        {assumed === null && requirement.state !== 'met' && (
          <RequirementWho requirement={requirement} isYours={explanation.yours.includes(key)} />
        )}
        {choicesOf(node).map((what) => (
          <button
            key={what}
            type="button"
            className={styles.toggle}
            aria-pressed={assumed === what}
            aria-label={`${tries[what]}: ${requirement.title}`}
            onClick={() => toggle(key, what)}
          >
            {tries[what]}
          </button>
        ))}
      </div>
      {(sentence !== null || facts.length > 0) && (
        <details className={styles.facts} key={String(isOpen)} open={isOpen}>
          <summary>{facts.length === 0 ? 'The rule' : 'The rule and the facts'}</summary>
          <GroundFacts sentence={sentence} requirement={requirement} facts={facts} explanation={explanation} />
        </details>
      )}
    </div>
  )
}

const assumptions: Record<Assumed, string> = {
  met: 'Assumed to be met.',
  waived: 'Assumed to be waived.',
  unmet: 'Assumed not to be met.',
}
