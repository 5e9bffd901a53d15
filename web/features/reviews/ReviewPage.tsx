import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Help } from '../../ui/Help.tsx'
import { useKeyListener, useKeys } from '../../ui/keys.ts'
import { Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { SignInAgain } from '../signin/SignInAgain.tsx'
import { FinalSheet } from './FinalSheet.tsx'
import { keyOf, useJudgement } from './judgement.ts'
import { reviewSheet } from './queries.ts'
import { RequirementStep } from './RequirementStep.tsx'
import { ReviewHead } from './ReviewHead.tsx'
import styles from './ReviewPage.module.css'
import { StepAside } from './StepAside.tsx'
import { Steps } from './Steps.tsx'

const route = getRouteApi('/bare/reviews/$id')

/** What am I signing, and what is weak: one requirement at a time, then the sheet. */
export function ReviewPage() {
  const { id } = route.useParams()
  const query = useQuery({ ...reviewSheet(id), refetchOnWindowFocus: false })
  useKeyListener()
  return (
    <main className={styles.page}>
      <Loaded query={query} lines={10} what="Review">
        {(sheet) => <Found key={id} sheet={sheet} />}
      </Loaded>
      <SignInAgain />
    </main>
  )
}

function Found({ sheet }: { sheet: ReviewSheet }) {
  const { review, assessment } = sheet
  const { requirements } = assessment
  const last = requirements.length
  const { step = 0 } = route.useSearch()
  const at = Math.min(step, last)
  const navigate = route.useNavigate()
  const go = useGo()
  const judgement = useJudgement()
  const [help, setHelp] = useState(false)
  const reason = useRef<HTMLTextAreaElement>(null)
  const comment = useRef<HTMLTextAreaElement>(null)
  const note = useRef<HTMLTextAreaElement>(null)
  const name = `${review.model} ${review.version}`
  const leave = () => go(`/models/${encodeURIComponent(review.model)}/versions/${review.version}`)
  const move = (to: number) =>
    navigate({ search: { step: Math.min(last, Math.max(0, to)) }, replace: true, resetScroll: true })
  const current = requirements[at]
  const isOpen = review.state === 'open'
  /** Chooses, and goes where it is signed; the reason has to be written before anything happens. */
  async function choose(outcome: 'approved' | 'changes') {
    judgement.choose(outcome)
    if (outcome === 'changes' && current && judgement.marked.size === 0) judgement.mark(keyOf(current), true)
    // Where the field is on the page already, what is typed next belongs into it.
    if (at === last) return reason.current?.focus()
    await move(last)
    requestAnimationFrame(() => reason.current?.focus())
  }
  const marking = () => current && judgement.mark(keyOf(current), !judgement.marked.has(keyOf(current)))
  useKeys([
    { keys: 'j', label: 'Next requirement', run: () => void move(at + 1) },
    { keys: 'k', label: 'Previous requirement', run: () => void move(at - 1) },
    { keys: 'arrowright', label: 'Next requirement', run: () => void move(at + 1) },
    { keys: 'arrowleft', label: 'Previous requirement', run: () => void move(at - 1) },
    { keys: 'f', label: 'Final sheet', run: () => void move(last) },
    { keys: 'c', label: 'Comment', run: () => comment.current?.focus() },
    { keys: 'n', label: 'Note for yourself', run: () => note.current?.focus() },
    ...(isOpen
      ? [
          { keys: 'a', label: 'Choose to approve', run: () => void choose('approved') },
          { keys: 'r', label: 'Choose to request changes', run: () => void choose('changes') },
          ...(current ? [{ keys: 'x', label: 'This has to be different', run: marking }] : []),
        ]
      : []),
    { keys: '?', label: 'What works here', run: () => setHelp(true) },
    { keys: 'escape', label: 'Back to the version', run: leave },
  ])
  useEffect(() => {
    document.title = `Review of ${name} · Modelkeep`
  }, [name])
  return (
    <>
      <ReviewHead sheet={sheet} leave={leave} help={() => setHelp(true)} />
      <div className={styles.body}>
        <Steps requirements={requirements} at={at} marked={judgement.marked} />
        <div className={styles.content}>
          {current ? (
            <RequirementStep requirement={current} sheet={sheet} judgement={judgement} />
          ) : (
            <FinalSheet sheet={sheet} judgement={judgement} field={reason} />
          )}
          <div className={styles.moves}>
            <Button hint="k" onClick={() => void move(at - 1)} disabled={at === 0}>
              Previous
            </Button>
            <span className="quiet small">{at < last ? `Requirement ${at + 1} of ${last}` : 'Final sheet'}</span>
            <Button hint="j" onClick={() => void move(at + 1)} disabled={at === last}>
              {at === last - 1 ? 'Final sheet' : 'Next'}
            </Button>
          </div>
        </div>
        <StepAside sheet={sheet} requirement={current} comment={comment} note={note} />
      </div>
      <Help opened={help} onClose={() => setHelp(false)} />
    </>
  )
}
