import type { DeliveryState } from '../../../src/modules/notifications/schema.ts'
import { Tone } from '../../ui/Tone.tsx'

export function DeliveryTone({ state, attempts = 0 }: { state: DeliveryState; attempts?: number }) {
  switch (state) {
    case 'delivered':
      return <Tone tone="met">delivered</Tone>
    case 'failed':
      return <Tone tone="blocked">given up</Tone>
    case 'waiting':
      return attempts > 0 ? <Tone tone="attention">to be tried again</Tone> : <Tone tone="waiting">on its way</Tone>
  }
}
