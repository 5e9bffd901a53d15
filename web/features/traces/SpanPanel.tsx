import { useQuery } from '@tanstack/react-query'
import type { Span, SpanEvent } from '../../../src/modules/traces/schema.ts'
import { Card, KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { durationText } from '../../ui/duration.ts'
import { PathLink } from '../../ui/PathLink.tsx'
import { Loaded } from '../../ui/States.tsx'
import { textOf, Value } from '../../ui/Value.tsx'
import { Fact } from '../../ui/Voice.tsx'
import { ConversationView } from './ConversationView.tsx'
import { conversationOf } from './messages.ts'
import { spanOf } from './queries.ts'
import styles from './SpanPanel.module.css'
import { SpanStatusTone } from './TraceStateTone.tsx'

/** One span: what went in, what came out, what happened, and everything else it carries. */
export function SpanPanel({ traceId, spanId }: { traceId: string; spanId: string }) {
  const query = useQuery(spanOf(traceId, spanId))
  return (
    <Loaded query={query} lines={6} what="The span">
      {(span) => (
        <Card title={<span className={styles.title}>{span.name}</span>}>
          <Facts span={span} />
          <Exceptions events={span.events} />
          <InAndOut span={span} />
          <Events events={span.events} />
          <Attributes title="Attributes" attributes={span.attributes} shown={shownElsewhere} />
          <Attributes title="Resource" attributes={span.resource} />
          {span.links.length > 0 && (
            <section>
              <h3>Links</h3>
              {span.links.map((link) => (
                <p key={`${link.trace_id} ${link.span_id}`} className="small">
                  <PathLink to={`/traces/tr-${link.trace_id}?span=${link.span_id}`}>{link.trace_id}</PathLink>
                </p>
              ))}
            </section>
          )}
        </Card>
      )}
    </Loaded>
  )
}

function Facts({ span }: { span: Span }) {
  return (
    <div className={styles.facts}>
      <p className="row">
        <SpanStatusTone status={span.status} ended={span.duration !== null} />
        {span.status_message && <span className={styles.message}>{span.status_message}</span>}
      </p>
      <KeyValues>
        <Pair name="Id">
          <Digest value={span.id} />
        </Pair>
        <Pair name="Begins">{durationText(span.start)} after the trace</Pair>
        <Pair name="Takes">{durationText(span.duration)}</Pair>
        <Pair name="Kind">
          {[span.type, span.kind].filter((word) => word && !['UNKNOWN', 'UNSPECIFIED'].includes(word)).join(', ') ||
            '–'}
        </Pair>
        {span.scope && (
          <Pair name="Scope">
            <Fact>{span.scope}</Fact>
          </Pair>
        )}
      </KeyValues>
    </div>
  )
}

function InAndOut({ span }: { span: Span }) {
  const { input, output } = conversationOf(span.attributes)
  const given = firstOf(span, ['mlflow.spanInputs', 'input.value', 'gen_ai.input.messages'])
  const made = firstOf(span, ['mlflow.spanOutputs', 'output.value', 'gen_ai.output.messages'])
  return (
    <>
      {input.length > 0 ? (
        <ConversationView label="Went in" messages={input} />
      ) : (
        given !== undefined && <Value label="Went in" value={given} />
      )}
      {output.length > 0 ? (
        <ConversationView label="Came out" messages={output} />
      ) : (
        made !== undefined && <Value label="Came out" value={made} />
      )}
    </>
  )
}

const firstOf = ({ attributes }: Span, keys: readonly string[]) => {
  const key = keys.find((each) => attributes[each] !== undefined)
  return key === undefined ? undefined : attributes[key]
}

const shownElsewhere =
  /^(mlflow\.span(Inputs|Outputs)|input\.value|output\.value|gen_ai\.(input|output)\.messages|llm\.(input|output)_messages\..+)$/

function Exceptions({ events }: { events: readonly SpanEvent[] }) {
  return (
    <>
      {events
        .filter((event) => event.name === 'exception')
        .map((event) => (
          <section key={`${event.at} ${textOf(event.attributes['exception.message'])}`} className={styles.exception}>
            <h3>{textOf(event.attributes['exception.type']) || 'Exception'}</h3>
            <p>{textOf(event.attributes['exception.message'])}</p>
            {event.attributes['exception.stacktrace'] !== undefined && (
              <Value level={4} label="Stack trace" value={event.attributes['exception.stacktrace']} />
            )}
          </section>
        ))}
    </>
  )
}

function Events({ events }: { events: readonly SpanEvent[] }) {
  const others = events.filter((event) => event.name !== 'exception')
  if (others.length === 0) return null
  return (
    <section>
      <h3>Events</h3>
      {others.map((event) => (
        <Value
          key={`${event.at} ${event.name} ${JSON.stringify(event.attributes)}`}
          level={4}
          label={`${event.name}, ${durationText(event.at)} after the trace began`}
          value={event.attributes}
        />
      ))}
    </section>
  )
}

function Attributes(props: { title: string; attributes: Span['attributes']; shown?: RegExp }) {
  const rest = Object.entries(props.attributes).filter(([key]) => !props.shown?.test(key))
  if (rest.length === 0) return null
  const [long, short] = [rest.filter(([, value]) => isLong(value)), rest.filter(([, value]) => !isLong(value))]
  return (
    <section className={styles.attributes}>
      <h3>{props.title}</h3>
      {short.length > 0 && (
        <dl>
          {short.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                <Fact>{textOf(value)}</Fact>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {long.map(([key, value]) => (
        <Value key={key} level={4} label={key} value={value} />
      ))}
    </section>
  )
}

const isLong = (value: unknown) => textOf(value).length > 120 || (typeof value === 'object' && value !== null)
