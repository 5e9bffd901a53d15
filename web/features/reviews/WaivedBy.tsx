import type { WaiverInForce } from '../../../src/modules/policy/schema.ts'
import { Moment } from '../../ui/Moment.tsx'
import { Tone } from '../../ui/Tone.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'

/** A requirement that is not met and does not deny: until when, who said so, and what keeps the risk small meanwhile. */
export function WaivedBy({ waiver }: { waiver: WaiverInForce }) {
  return (
    <div className="small">
      <Tone tone="attention" wrap>
        Waived by <PersonName id={waiver.given_by} /> until <Moment at={waiver.until} />
      </Tone>
      <div>
        Meanwhile: <Human>{waiver.control}</Human>
      </div>
    </div>
  )
}
