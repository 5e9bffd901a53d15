import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { FindingSheet } from '../../../src/modules/findings/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Lead } from '../../ui/Lead.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Page } from '../../ui/Page.tsx'
import { EmptyState, Loaded } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Human, Quote } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { EventList } from '../audit/EventList.tsx'
import { Comments } from './Comments.tsx'
import { NextStep } from './NextStep.tsx'
import { findingSheet } from './queries.ts'
import { FindingState, SeverityTone } from './words.tsx'

const route = getRouteApi('/signed-in/findings/$id')

/** What is wrong, how bad, who mends it by when, and what it blocks. */
export function FindingPage() {
  const { id } = route.useParams()
  const query = useQuery(findingSheet(id))
  return (
    <Loaded query={query} lines={10} what="The finding">
      {(sheet) => <Found sheet={sheet} />}
    </Loaded>
  )
}

function Found({ sheet }: { sheet: FindingSheet }) {
  const { finding } = sheet
  const may = useMay()
  return (
    <Page title={finding.title} actions={<FindingState state={finding.state} />}>
      <Lead tone={toneOf(sheet)} detail={detailOf(sheet)}>
        {sentenceOf(sheet)}
      </Lead>
      <div className="cols">
        <div>
          <Card title="What is wrong">
            {finding.description ? (
              <Human>{finding.description}</Human>
            ) : (
              <p className="quiet">Nothing more was said.</p>
            )}
          </Card>
          {finding.plan !== '' && (
            <Card title="Cause and plan">
              <div className="stack">
                <Human>{finding.cause}</Human>
                <Human>{finding.plan}</Human>
              </div>
            </Card>
          )}
          {finding.proof !== null && (
            <Card title="Proof">
              <Quote by={<Said by={finding.resolved_by} at={finding.resolved_at} />}>{finding.proof}</Quote>
            </Card>
          )}
          {finding.verification !== null && (
            <Card title="Verified">
              <Quote by={<Said by={finding.verified_by} at={finding.closed_at} />}>{finding.verification}</Quote>
            </Card>
          )}
          <NextStep sheet={sheet} />
          <Comments id={finding.id} comments={sheet.comments} mayWrite={may('finding.write', finding.model)} />
          <EventList filter={{ about: `finding:${finding.id}` }} label="Events of this finding" />
        </div>
        <aside>
          <Card title="At a glance">
            <KeyValues>
              <Pair name="Severity">
                <SeverityTone severity={finding.severity} />
              </Pair>
              <Pair name="On" wrap>
                <Subject sheet={sheet} />
              </Pair>
              <Pair name="Owner">
                <PersonName id={finding.owner} />
              </Pair>
              <Pair name="Due">
                <Moment at={finding.due_at} form="iso" />
              </Pair>
              <Pair name="Opened by" wrap>
                <PersonName id={finding.opened_by} />, <Moment at={finding.opened_at} />
              </Pair>
            </KeyValues>
          </Card>
          <Card title="Gates that it blocks">
            {sheet.blocks.length === 0 ? (
              <EmptyState title="None." />
            ) : (
              <ul style={{ margin: 0, paddingLeft: 18 }}>
                {sheet.blocks.map((name) => (
                  <li key={name}>
                    {name}
                    {sheet.running
                      .filter(({ environment }) => environment === name)
                      .map(({ version }) => (
                        <div key={version}>
                          <Tone tone="blocked" wrap>
                            version {version} runs there and would be denied
                          </Tone>
                        </div>
                      ))}
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <Similar sheet={sheet} />
        </aside>
      </div>
    </Page>
  )
}

/** The same may be wrong elsewhere, or was mended there. */
function Similar({ sheet: { similar } }: { sheet: FindingSheet }) {
  if (similar.length === 0) return null
  return (
    <Card title="Alike on other models">
      <ul style={{ margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: 8 }}>
        {similar.map(({ id, title, model, version, state }) => (
          <li key={id}>
            <Link to="/findings/$id" params={{ id }}>
              {title}
            </Link>
            <div className="quiet small">
              {model} {version ?? ''} <FindingState state={state} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Subject({ sheet: { finding } }: { sheet: FindingSheet }) {
  const { model, version } = finding
  if (version === null) {
    return (
      <Link to="/models/$name" params={{ name: model }}>
        {model}, every version
      </Link>
    )
  }
  return (
    <Link
      to="/models/$name/versions/$which"
      params={{ name: model, which: String(version) }}
      search={{ tab: 'findings' }}
    >
      {model} {version}
    </Link>
  )
}

function Said({ by, at }: { by: string | null; at: string | null }) {
  return (
    <>
      <PersonName id={by} />
      {at && (
        <>
          , <Moment at={at} form="both" />
        </>
      )}
    </>
  )
}

function toneOf({ finding, blocks }: FindingSheet) {
  if (finding.state === 'closed') return 'met'
  if (finding.state === 'resolved') return 'waiting'
  return finding.overdue || blocks.length > 0 ? 'blocked' : 'attention'
}

function sentenceOf({ finding, blocks }: FindingSheet): string {
  if (finding.state === 'closed') return 'Closed: somebody other than its fixer has verified that it is mended.'
  const blocked = blocks.length === 0 ? 'It blocks no gate' : `It blocks the gate of ${blocks.join(', ')}`
  if (finding.state === 'resolved')
    return `Resolved, and waiting for somebody other than its fixer. ${blocked} until then.`
  return `${finding.overdue ? 'Overdue' : 'Not mended yet'}. ${blocked}.`
}

function detailOf({ finding, conflicts }: FindingSheet): string | undefined {
  return finding.state === 'resolved' ? conflicts[0]?.message : undefined
}
