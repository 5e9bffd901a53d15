import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'

/** Loaded with the first passkey; most sign-ins need none of it. */
const browser = () => import('@simplewebauthn/browser')

/** Somebody closed the browser's dialog, or the device has no passkey for this server. */
export class NoPasskey extends Error {
  override readonly name = 'NoPasskey'
}

function explain(error: unknown, otherwise: string): never {
  if (!(error instanceof Error)) throw error
  if (error.name === 'InvalidStateError') throw new NoPasskey('This device has a passkey for your account already.')
  throw new NoPasskey(otherwise)
}

const another = 'No passkey was given. Try again, or sign in another way.'

type Options = Readonly<Record<string, unknown>>

export async function makePasskey(options: Options) {
  const { startRegistration } = await browser()
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  return startRegistration({ optionsJSON }).catch((error: unknown) => explain(error, another))
}

/** `otherwise` is what to say when none was given. */
export async function askPasskey(options: Options, otherwise = another) {
  const { startAuthentication } = await browser()
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  return startAuthentication({ optionsJSON }).catch((error: unknown) => explain(error, otherwise))
}
