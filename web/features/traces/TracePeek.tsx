import type { TraceRow } from '../../../src/modules/traces/schema.ts'
import { KeyValues, Pair } from '../../ui/Card.tsx'
import { Digest } from '../../ui/Copy.tsx'
import { durationText } from '../../ui/duration.ts'
import { Moment } from '../../ui/Moment.tsx'
import { PathLink } from '../../ui/PathLink.tsx'
import { Peek } from '../../ui/Peek.tsx'
import { Value } from '../../ui/Value.tsx'
import { counted, Fact } from '../../ui/Voice.tsx'
import { TraceStateTone } from './TraceStateTone.tsx'
import { pathOf } from './trace-path.ts'

export function TracePeek({ trace, onClose }: { trace: TraceRow; onClose: () => void }) {
  const tags = trace.tags.filter(({ key }) => !key.startsWith('mlflow.'))
  return (
    <Peek title={trace.name} onClose={onClose}>
      <p className="row">
        <TraceStateTone state={trace.state} />
        <PathLink to={pathOf(trace)}>Open {counted(trace.spans, 'span')}</PathLink>
      </p>
      <KeyValues>
        <Pair name="Id">
          <Digest value={trace.id} />
        </Pair>
        <Pair name="Time" wrap>
          <Moment at={trace.request_time} form="both" />
        </Pair>
        <Pair name="Duration">{durationText(trace.execution_duration)}</Pair>
        {trace.tokens !== null && <Pair name="Tokens">{trace.tokens.toLocaleString('en')}</Pair>}
        {tags.map(({ key, value }) => (
          <Pair key={key} name={key}>
            <Fact title={value}>{value}</Fact>
          </Pair>
        ))}
      </KeyValues>
      <div style={{ marginTop: 12 }}>
        {trace.request_preview && <Value label="Request" value={trace.request_preview} />}
        {trace.response_preview && <Value label="Response" value={trace.response_preview} />}
      </div>
    </Peek>
  )
}
