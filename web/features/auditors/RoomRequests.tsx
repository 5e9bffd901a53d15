import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../../ui/Card.tsx'
import { Loaded } from '../../ui/States.tsx'
import { requests } from './request-queries.ts'
import { Due, RequestState } from './request-words.tsx'
import { useSeats } from './seats.ts'

const shown = 5

/** On the landing page: what the auditor waits for, answers first. */
export function RoomRequests() {
  const query = useQuery(requests('open'))
  const mayAsk = useSeats().length > 0
  return (
    <Card
      title="Requests"
      actions={
        mayAsk && (
          <Link from="/auditor" to="." search={{ tab: 'requests', ask: 'new' }} className="small">
            Ask for something
          </Link>
        )
      }
    >
      <Loaded query={query} lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="quiet">{mayAsk ? 'You wait for nothing.' : 'No auditor waits for an answer.'}</p>
          ) : (
            <>
              <ul className="stack small" style={{ listStyle: 'none', padding: 0, margin: 0, gap: 10 }}>
                {rows
                  .toSorted((a, b) => Number(b.state === 'answered') - Number(a.state === 'answered'))
                  .slice(0, shown)
                  .map((request) => (
                    <li key={request.id}>
                      <Link from="/auditor" to="." search={{ tab: 'requests', request: request.id }}>
                        {request.title}
                      </Link>
                      <br />
                      <RequestState state={request.state} />{' '}
                      {request.state !== 'answered' && (
                        <span className="quiet">
                          {!request.overdue && 'due '}
                          <Due request={request} />
                        </span>
                      )}
                    </li>
                  ))}
              </ul>
              {rows.length > shown && (
                <p className="small" style={{ marginTop: 10 }}>
                  <Link from="/auditor" to="." search={{ tab: 'requests' }}>
                    All {rows.length}
                  </Link>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </Card>
  )
}
