import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { ReviewSheet } from '../../../src/modules/reviews/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { useKeyListener, useKeys } from '../../ui/keys.ts'
import { Loaded } from '../../ui/States.tsx'
import { useGo } from '../../ui/sections.ts'
import { ToneShape } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { SignInAgain } from '../signin/SignInAgain.tsx'
import { FinalSheet } from './FinalSheet.tsx'
import { reviewSheet } from './queries.ts'
import { RequirementStep } from './RequirementStep.tsx'
import styles from './ReviewPage.module.css'
import { ReviewState } from './ReviewsPage.tsx'

const route = getRouteApi('/bare/reviews/$id')

/** What am I signing, and what is weak: one requirement at a time, then the sheet. */
export function ReviewPage() {
  const { id } = route.useParams()
  const query = useQuery({ ...reviewSheet(id), refetchOnWindowFocus: false })
  useKeyListener()
  return (
    <main className={styles.page}>
      <Loaded query={query} lines={10} what="Review">
        {(sheet) => <Found sheet={sheet} />}
      </Loaded>
      <SignInAgain />
    </main>
  )
}

function Found({ sheet }: { sheet: ReviewSheet }) {
  const { review, assessment } = sheet
  const requirements = assessment.requirements
  const last = requirements.length
  const { step = 0 } = route.useSearch()
  const at = Math.min(step, last)
  const navigate = route.useNavigate()
  const go = useGo()
  const name = `${review.model} ${review.version}`
  const versionPage = `/models/${encodeURIComponent(review.model)}/versions/${review.version}`
  const move = (to: number) =>
    void navigate({ search: { step: Math.min(last, Math.max(0, to)) }, replace: true, resetScroll: true })
  useKeys([
    { keys: 'j', label: 'Next requirement', run: () => move(at + 1) },
    { keys: 'k', label: 'Previous requirement', run: () => move(at - 1) },
    { keys: 'f', label: 'Final sheet', run: () => move(last) },
    { keys: 'escape', label: 'Back to the version', run: () => go(versionPage) },
  ])
  useEffect(() => {
    document.title = `Review of ${name} · Modelkeep`
  }, [name])
  const current = requirements[at]
  return (
    <>
      <header className={styles.head}>
        <Button kind="bare" hint="Esc" onClick={() => go(versionPage)}>
          Leave
        </Button>
        <div className={styles.title}>
          <h1>
            {review.model} <span className="fact">{review.version}</span> for {review.environment}
          </h1>
          <span className="quiet small">
            asked by <PersonName id={review.requested_by} />
          </span>
        </div>
        <span className="grow" />
        <ReviewState state={review.state} />
      </header>
      <div className={styles.body}>
        <nav aria-label="Requirements" className={styles.steps}>
          <ol>
            {requirements.map((requirement, index) => (
              <li key={`${requirement.policy.name}/${requirement.id}`}>
                <Link
                  from="/reviews/$id"
                  to="."
                  search={{ step: index }}
                  replace
                  aria-current={index === at ? 'step' : undefined}
                >
                  <ToneShape tone={requirement.state} />
                  <span>{requirement.title}</span>
                </Link>
              </li>
            ))}
            <li>
              <Link
                from="/reviews/$id"
                to="."
                search={{ step: last }}
                replace
                aria-current={at === last ? 'step' : undefined}
              >
                <span className={styles.sign}>Decide and sign</span>
              </Link>
            </li>
          </ol>
        </nav>
        <div className={styles.content}>
          {current ? <RequirementStep requirement={current} sheet={sheet} /> : <FinalSheet sheet={sheet} />}
          <div className={styles.moves}>
            <Button hint="k" onClick={() => move(at - 1)} disabled={at === 0}>
              Previous
            </Button>
            <span className="quiet small">{at < last ? `Requirement ${at + 1} of ${last}` : 'Final sheet'}</span>
            <Button hint="j" onClick={() => move(at + 1)} disabled={at === last}>
              {at === last - 1 ? 'Final sheet' : 'Next'}
            </Button>
          </div>
        </div>
      </div>
    </>
  )
}
