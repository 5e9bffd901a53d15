import { Card } from '../../ui/Card.tsx'
import { Command } from '../../ui/Copy.tsx'

/** A secret, at the one moment when it can be read. */
export function SecretOnce({ secret }: { secret: string }) {
  return (
    <Card title="The secret, shown once">
      <p>Put it where the receiver checks signatures, as Standard Webhooks describes. It cannot be read again.</p>
      <Command text={secret} />
    </Card>
  )
}
