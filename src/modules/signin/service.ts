import type { Db } from '../../db/database.ts'
import type { Commit } from '../../db/writer.ts'
import type { Clock } from '../../lib/clock.ts'
import type { SecretBox } from '../../lib/secret-box.ts'
import type { Access } from '../access/index.ts'
import type { Write } from '../audit/index.ts'
import { createAccount } from './account.ts'
import { createAdmission } from './admission.ts'
import { createFactors } from './factors.ts'
import { createLocalSignIn } from './local.ts'
import { createOidc } from './oidc.ts'
import { createPasskeys } from './passkeys.ts'
import type { Provider } from './providers.ts'
import { relyingPartyOf } from './relying-party.ts'
import { createSignatures } from './signatures.ts'
import { createSteps } from './steps.ts'

export type SignInParts = {
  db: Db
  write: Write
  commit: Commit
  clock: Clock
  access: Access
  /** Opened with the first secret that is sealed, so that a server that starts does not wait for its key. */
  box: () => Promise<SecretBox>
  providers: readonly Provider[]
  publicUrl: string
  failed: (error: unknown, provider: string) => void
}

/** How people come in: passwords, second factors, passkeys and providers. */
export function createSigningIn(parts: SignInParts) {
  const steps = createSteps(parts)
  const passkeys = createPasskeys({ ...parts, party: relyingPartyOf(parts.publicUrl) })
  const issuer = `Modelkeep ${new URL(parts.publicUrl).host}`.replaceAll(':', ' ')
  const factors = createFactors({ ...parts, passkeys, issuer, whole: 'main' })
  const admission = createAdmission(parts)
  return {
    factors,
    admission,
    signatures: createSignatures({ passkeys, steps }),
    passkeysOffered: passkeys.isOffered,
    local: createLocalSignIn({ ...parts, factors, passkeys, steps }),
    account: createAccount({ ...parts, factors, passkeys, steps }),
    oidc: createOidc({ ...parts, steps, admission }),
  }
}
export type SigningIn = ReturnType<typeof createSigningIn>
