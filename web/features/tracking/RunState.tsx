import type { RunStatus } from '../../../src/modules/tracking/schema.ts'
import { Tone } from '../../ui/Tone.tsx'

export function RunState({ status }: { status: RunStatus }) {
  switch (status) {
    case 'RUNNING':
      return <Tone tone="waiting">running</Tone>
    case 'SCHEDULED':
      return <Tone tone="waiting">scheduled</Tone>
    case 'FINISHED':
      return <Tone tone="met">finished</Tone>
    case 'FAILED':
      return <Tone tone="blocked">failed</Tone>
    case 'KILLED':
      return <Tone tone="unknown">stopped</Tone>
  }
}
