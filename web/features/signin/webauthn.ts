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

function explain(error: unknown): never {
  if (!(error instanceof Error)) throw error
  if (error.name === 'InvalidStateError') throw new NoPasskey('This device has a passkey for your account already.')
  throw new NoPasskey('No passkey was given. Try again, or sign in another way.')
}

type Options = Readonly<Record<string, unknown>>

export async function makePasskey(options: Options) {
  const { startRegistration } = await browser()
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  return startRegistration({ optionsJSON }).catch(explain)
}

export async function askPasskey(options: Options) {
  const { startAuthentication } = await browser()
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  return startAuthentication({ optionsJSON }).catch(explain)
}
