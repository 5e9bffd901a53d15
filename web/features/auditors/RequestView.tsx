import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RequestEntry, RequestSheet } from '../../../src/modules/auditor-requests/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Markdown } from '../../ui/Markdown.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Loaded } from '../../ui/States.tsx'
import type { ToneName } from '../../ui/Tone.tsx'
import { PersonName } from '../access/people.tsx'
import { Assignee } from './Assignee.tsx'
import { RequestSteps } from './RequestSteps.tsx'
import styles from './RequestView.module.css'
import { requestSheet } from './request-queries.ts'
import { Due, entryWords, ObjectLink, RequestState } from './request-words.tsx'

/** One request: what was asked, every round of it, and what whoever looks can do next. */
export function RequestView({ id }: { id: string }) {
  const query = useQuery(requestSheet(id))
  return (
    <Loaded query={query} lines={8}>
      {(sheet) => (
        <>
          <p className="small" style={{ marginTop: 0 }}>
            <Link from="/auditor" to="." search={{ tab: 'requests' }}>
              All requests
            </Link>
          </p>
          <Lead tone={toneOf(sheet)} detail={detailOf(sheet)}>
            {sheet.request.title}
          </Lead>
          <div className="cols">
            <div>
              <Thread entries={sheet.entries} />
              <RequestSteps sheet={sheet} />
            </div>
            <aside aria-label="At a glance">
              <Card title="At a glance">
                <KeyValues>
                  <Pair name="State">
                    <RequestState state={sheet.request.state} />
                  </Pair>
                  <Pair name="Due" wrap>
                    <Due request={sheet.request} />
                  </Pair>
                  <Pair name="Round">{sheet.request.round}</Pair>
                  <Pair name="Asked by" wrap>
                    <PersonName id={sheet.request.asked_by} />, <Moment at={sheet.request.asked_at} />
                  </Pair>
                  <Pair name="Answers" wrap>
                    {sheet.request.assignee === null ? 'the hosts' : <PersonName id={sheet.request.assignee} />}
                  </Pair>
                  <Pair name="Seat ends">
                    <Moment at={sheet.request.seat_ends_at} />
                  </Pair>
                </KeyValues>
              </Card>
              {sheet.steps.includes('assign') && <Assignee key={sheet.entries.length} request={sheet.request} />}
            </aside>
          </div>
        </>
      )}
    </Loaded>
  )
}

function Thread({ entries }: { entries: readonly RequestEntry[] }) {
  return (
    <Card title="What was asked and answered">
      <ol className={styles.thread}>
        {entries.map((entry, place) => (
          <li key={entry.number} className={entry.kind === 'answered' ? styles.answer : undefined}>
            {entry.round !== (entries[place - 1]?.round ?? 1) && <p className={styles.round}>Round {entry.round}</p>}
            <p className={styles.who}>
              <strong>
                <PersonName id={entry.said_by} />
              </strong>{' '}
              {entryWords[entry.kind]}
              {entry.kind === 'assigned' && (
                <>: {entry.assignee === null ? 'the hosts' : <PersonName id={entry.assignee} />}</>
              )}
              <span className="quiet">
                , <Moment at={entry.said_at} />
              </span>
            </p>
            {entry.text !== '' && (
              <div className="human">
                <Markdown text={entry.text} />
              </div>
            )}
            {entry.objects.length > 0 && (
              <ul className={styles.objects}>
                {entry.objects.map((object) => (
                  <li key={object.thing}>
                    <ObjectLink object={object} />
                  </li>
                ))}
              </ul>
            )}
            {entry.due_at !== null && (
              <p className="quiet small">
                Due <Moment at={entry.due_at} form="both" />
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}

function toneOf({ request: { state, overdue } }: RequestSheet): ToneName {
  if (overdue || state === 'declined') return 'blocked'
  if (state === 'returned') return 'attention'
  return state === 'closed' ? 'met' : state === 'asked' || state === 'answered' ? 'waiting' : 'unknown'
}

function detailOf({ request: { state, overdue }, steps }: RequestSheet): string {
  const late = overdue ? 'It is overdue. ' : ''
  switch (state) {
    case 'asked':
      return `${late}${steps.includes('answer') ? 'It waits for your answer.' : 'It waits for an answer.'}`
    case 'returned':
      return `${late}${steps.includes('answer') ? 'The answer came back, and waits for yours.' : 'You sent the answer back, and wait for the next.'}`
    case 'answered':
      return steps.includes('close')
        ? 'It was answered: close it, or say what is missing.'
        : 'It was answered, and waits for the auditor.'
    case 'closed':
      return 'The auditor closed it, satisfied with the answer.'
    case 'declined':
      return 'It was declined, with a reason.'
    case 'withdrawn':
      return 'The auditor took it back.'
    case 'ended':
      return 'The seat ended before this was closed; nobody can add to it any more.'
  }
}
