import type { SpanStatus, TraceState } from '../../../src/modules/traces/schema.ts'
import { Tone } from '../../ui/Tone.tsx'

export function TraceStateTone({ state }: { state: TraceState }) {
  switch (state) {
    case 'OK':
      return <Tone tone="met">ok</Tone>
    case 'ERROR':
      return <Tone tone="blocked">failed</Tone>
    case 'IN_PROGRESS':
      return <Tone tone="waiting">running</Tone>
    case 'STATE_UNSPECIFIED':
      return <Tone tone="unknown">not said</Tone>
  }
}

export function SpanStatusTone({ status, ended }: { status: SpanStatus; ended: boolean }) {
  if (!ended) return <Tone tone="waiting">running</Tone>
  switch (status) {
    case 'OK':
      return <Tone tone="met">ok</Tone>
    case 'ERROR':
      return <Tone tone="blocked">failed</Tone>
    case 'UNSET':
      return <Tone tone="unknown">not said</Tone>
  }
}
