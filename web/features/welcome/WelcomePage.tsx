import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../../ui/Button.tsx'
import { useGo } from '../../ui/sections.ts'
import { Tone } from '../../ui/Tone.tsx'
import { doors } from '../signin/queries.ts'
import { Sheet } from '../signin/Sheet.tsx'
import { SignInAgain } from '../signin/SignInAgain.tsx'
import { BringStep } from './BringStep.tsx'
import { InviteStep } from './InviteStep.tsx'
import { KeepStep } from './KeepStep.tsx'
import { PipelineStep } from './PipelineStep.tsx'
import styles from './WelcomePage.module.css'

const route = getRouteApi('/bare/welcome')

const steps: readonly { short: string; title: string; show: () => ReactNode }[] = [
  { short: 'This server', title: 'This server', show: () => <ServerStep /> },
  { short: 'Bring', title: 'Bring what you have', show: () => <BringStep /> },
  { short: 'Invite', title: 'Invite people', show: () => <InviteStep /> },
  { short: 'Pipeline', title: 'Connect a pipeline', show: () => <PipelineStep /> },
  { short: 'Keep', title: 'Keep it safe', show: () => <KeepStep /> },
]

/** The first start in five steps. Each may be skipped, and come back to: the address says which one it is. */
export function WelcomePage() {
  const { step = 1 } = route.useSearch()
  const navigate = route.useNavigate()
  const go = useGo()
  const heading = useRef<HTMLSpanElement>(null)
  const here = steps[step - 1] ?? steps[0]
  const isLast = step === steps.length
  // Whoever listens to the page hears where they are when the step changes.
  useEffect(() => {
    if (step > 1) heading.current?.focus()
  }, [step])
  if (!here) return null
  const next = () => (isLast ? go('/') : void navigate({ search: { step: step + 1 } }))
  return (
    <Sheet
      title={here.title}
      heading={
        <span ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
          {here.title}
        </span>
      }
      wider
      foot={
        <>
          Everything here can be done later, under the same names. <Link to="/">Leave the first steps</Link>
        </>
      }
    >
      <ol className={styles.steps} aria-label="First steps">
        {steps.map(({ short }, index) => (
          <li key={short}>
            <Link
              from="/welcome"
              to="."
              search={{ step: index + 1 }}
              activeOptions={{ exact: true }}
              data-here={index + 1 === step}
              aria-label={`Step ${index + 1}: ${short}`}
              data-past={index + 1 < step}
            >
              {index + 1} <span>{short}</span>
            </Link>
          </li>
        ))}
      </ol>
      {here.show()}
      <SignInAgain />
      <div className={`row ${styles.foot}`}>
        <Button kind={step === 1 || isLast ? 'go' : 'plain'} onClick={next}>
          {isLast ? 'Open the workspace' : `Go on: ${steps[step]?.title}`}
        </Button>
        {!isLast && (
          <Button kind="bare" onClick={next}>
            Skip this step
          </Button>
        )}
      </div>
    </Sheet>
  )
}

/** The set-up page asks what belongs here; this says whether it was answered. */
function ServerStep() {
  const { data } = useQuery(doors)
  if (data?.set_up) {
    return (
      <div className="stack">
        <p style={{ margin: 0 }}>
          <Tone tone="attention">skipped</Tone> You sign in as <b>admin</b> with the password of the terminal, and the
          starter policies are those of a small team.
        </p>
        <p style={{ margin: 0 }}>
          <Link to="/set-up">Answer the four questions</Link>: what the workspace is for, who you are, how people sign
          in, which kind of organisation this is.
        </p>
      </div>
    )
  }
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>
        <Tone tone="met">done</Tone> The server has its administrator, its way to sign in and its starter policies.
      </p>
      <p style={{ margin: 0 }}>
        <Link to="/policies">Read the policies</Link>, or go on and bring what you have.
      </p>
    </div>
  )
}
