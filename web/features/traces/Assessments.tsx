import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Assessment, TraceOutline } from '../../../src/modules/traces/schema.ts'
import { Button } from '../../ui/Button.tsx'
import { Card } from '../../ui/Card.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Moment } from '../../ui/Moment.tsx'
import { ErrorState } from '../../ui/States.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { textOf } from '../../ui/Value.tsx'
import { Fact, Human } from '../../ui/Voice.tsx'
import { PersonName, useMay } from '../access/people.tsx'
import { AssessmentForm } from './AssessmentForm.tsx'
import styles from './Assessments.module.css'
import { removeAssessment } from './queries.ts'

/** What people, judges and programs say of the trace; a signed-in person adds to it. */
export function Assessments({ trace, spanId }: { trace: TraceOutline; spanId: string }) {
  const may = useMay()
  const [saying, setSaying] = useState(false)
  const spans = new Map(trace.spans.map((span) => [span.id, span.name]))
  return (
    <Card
      title="What was said of it"
      actions={may('tracking.write') && !saying && <Say onSay={() => setSaying(true)} />}
    >
      {trace.assessments.length === 0 && !saying && (
        <p className="quiet small">Nothing yet: no feedback, and nothing that it should have answered.</p>
      )}
      <ul className={styles.list}>
        {trace.assessments.map((each) => (
          <Said key={each.id} said={each} on={each.span_id ? (spans.get(each.span_id) ?? each.span_id) : undefined} />
        ))}
      </ul>
      {saying && (
        <AssessmentForm
          traceId={trace.id}
          span={spanId ? { id: spanId, name: spans.get(spanId) ?? spanId } : undefined}
          close={() => setSaying(false)}
        />
      )}
    </Card>
  )
}

function Say({ onSay }: { onSay: () => void }) {
  useKeys([{ keys: 'c', label: 'Say what you think of the trace', run: onSay }])
  return (
    <Button hint="c" onClick={onSay}>
      Say what you think
    </Button>
  )
}

function Said({ said, on }: { said: Assessment; on: string | undefined }) {
  const client = useQueryClient()
  const may = useMay()
  const remove = useMutation({
    mutationFn: () => removeAssessment(said.trace_id, said.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['traces'] }),
  })
  return (
    <li className={said.valid ? undefined : styles.past}>
      <div className="row">
        <strong>{said.name}</strong>
        {said.error === null ? <Judgement value={said.value} /> : <Tone tone="unknown">{said.error}</Tone>}
        <span className="grow" />
        {may('tracking.write') && (
          <Button
            kind="bare"
            busy={remove.isPending}
            onClick={() => remove.mutate()}
            aria-label={`Delete ${said.name}`}
          >
            Delete
          </Button>
        )}
      </div>
      {said.rationale && <Human>{said.rationale}</Human>}
      <div className="quiet small">
        {said.kind === 'expectation' ? 'expected' : said.kind} by <Source said={said} />,{' '}
        <Moment at={said.create_time} />
        {on && <>, on {on}</>}
        {!said.valid && ', replaced by a later one'}
      </div>
      {remove.error && <ErrorState error={remove.error} />}
    </li>
  )
}

function Judgement({ value }: { value: Assessment['value'] }) {
  const yes = value === true || value === 'yes' || value === 'pass'
  const no = value === false || value === 'no' || value === 'fail'
  if (yes || no) return <Tone tone={yes ? 'met' : 'attention'}>{String(value)}</Tone>
  return <Fact title={textOf(value)}>{textOf(value).slice(0, 300)}</Fact>
}

function Source({ said }: { said: Assessment }) {
  if (said.source_type === 'HUMAN') return <PersonName id={said.source_id} />
  const kind = said.source_type.endsWith('JUDGE') ? 'the judge' : 'the program'
  return (
    <>
      {kind} <Fact>{said.source_id ?? 'without a name'}</Fact>
    </>
  )
}
