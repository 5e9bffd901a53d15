import { ErrorState } from '../../ui/States.tsx'
import { NoPasskey } from './webauthn.ts'

/** What went wrong with a passkey; closing the browser's dialog is no error. */
export function PasskeyProblem({ error }: { error: unknown }) {
  if (!error) return null
  if (!(error instanceof NoPasskey)) return <ErrorState error={error} />
  return (
    <p className="small quiet" role="status">
      {error.message}
    </p>
  )
}
