import type { Revocation } from '../../../src/modules/gate/schema.ts'
import { Card } from '../../ui/Card.tsx'
import { Moment } from '../../ui/Moment.tsx'
import { Human } from '../../ui/Voice.tsx'
import { PersonName } from '../access/people.tsx'

/** Who took a verdict back, when and why, and how whoever holds it learns of that. */
export function Revoked({ revocation }: { revocation: Revocation }) {
  return (
    <Card title="Why it is revoked">
      <Human>{revocation.reason}</Human>
      <p className="quiet small">
        <PersonName id={revocation.revoked_by} />, <Moment at={revocation.revoked_at} />. Number {revocation.serial} on
        the signed list; whoever verifies with <span className="fact">--online</span> or{' '}
        <span className="fact">--revocations</span> is told.
      </p>
    </Card>
  )
}
