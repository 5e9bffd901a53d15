import { PathLink } from '../../ui/PathLink.tsx'
import { Tone } from '../../ui/Tone.tsx'

type Props = {
  /** The policy takes no approval without a signature of one's own. */
  asked: boolean
  /** Passkeys of the person that count; undefined while nobody knows. */
  passkeys: number | undefined
  signing: boolean
  choose: (signing: boolean) => void
}

/** Whether the person signs it themselves, beside the server; a policy may leave no choice. */
export function PasskeyChoice({ asked, passkeys, signing, choose }: Props) {
  if (passkeys === undefined || (passkeys === 0 && !asked)) return null
  return (
    <div className="small" style={{ marginTop: 12 }}>
      {!asked ? (
        <label className="row" style={{ alignItems: 'baseline', flexWrap: 'nowrap' }}>
          <input type="checkbox" checked={signing} onChange={(event) => choose(event.currentTarget.checked)} />
          <span>
            Sign with your passkey
            <br />
            <span className="quiet">
              Beside the server's signature, so that nobody has to take the server's word for yours.
            </span>
          </span>
        </label>
      ) : passkeys > 0 ? (
        <Tone tone="waiting">The policy asks for your own signature: your passkey gives it.</Tone>
      ) : (
        <>
          <Tone tone="attention">The policy asks for your own signature, and you have no passkey.</Tone>
          <p className="quiet" style={{ margin: '4px 0 0' }}>
            Add one to <PathLink to="/account">your account</PathLink>, or approve on the command line with{' '}
            <code className="fact" style={{ whiteSpace: 'nowrap' }}>
              modelkeep review approve --key FILE
            </code>
            .
          </p>
        </>
      )}
    </div>
  )
}
