import { useMutation, useQuery } from '@tanstack/react-query'
import type { SignedIn } from '../../../src/modules/signin/schema.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './OtherDoors.module.css'
import { PasskeyProblem } from './PasskeyProblem.tsx'
import { doors, signInWithPasskey, startOf } from './queries.ts'

/** Providers and passkeys, beside name and password. */
export function OtherDoors({ next, done }: { next: string; done: (session: SignedIn) => void }) {
  const { data } = useQuery(doors)
  const attempt = useMutation({ mutationFn: signInWithPasskey, meta: { signsIn: true }, onSuccess: done })
  if (!data || (data.providers.length === 0 && !data.passkeys)) return null
  return (
    <div className={styles.doors}>
      <p className={styles.or}>
        <span>or</span>
      </p>
      {data.providers.map(({ id, label }) => (
        <Button key={id} onClick={() => window.location.assign(startOf(id, next))}>
          Sign in with {label}
        </Button>
      ))}
      {data.passkeys && (
        <Button busy={attempt.isPending} onClick={() => attempt.mutate()}>
          Sign in with a passkey
        </Button>
      )}
      <PasskeyProblem error={attempt.error} />
    </div>
  )
}
