import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { RoleName, Session } from '../access/schema.ts'

export const PasskeyId = idSchema('psk')
export type PasskeyId = z.infer<typeof PasskeyId>
export const SessionId = idSchema('ses')
export type SessionId = z.infer<typeof SessionId>

/** The doors of the sign-in page. */
export const SignInDoors = z.object({
  providers: z.array(z.object({ id: z.string(), label: z.string() })),
  /** Browsers know passkeys only for names, over TLS or on this machine. */
  passkeys: z.boolean(),
  /** Nobody finished the set-up page. */
  set_up: z.boolean(),
})
export type SignInDoors = z.infer<typeof SignInDoors>

export const FactorMethod = z.enum(['totp', 'passkey', 'recovery'])
export type FactorMethod = z.infer<typeof FactorMethod>

/** Name and password are right; what is missing is a second factor. */
export const SecondFactorAsked = z.object({
  outcome: z.literal('second_factor'),
  methods: z.array(FactorMethod),
  expires_at: Moment,
})
export const SignedIn = Session.extend({ outcome: z.literal('signed_in') })
export type SignedIn = z.infer<typeof SignedIn>
export const SignInAnswer = z.discriminatedUnion('outcome', [SignedIn, SecondFactorAsked])
export type SignInAnswer = z.infer<typeof SignInAnswer>

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/)
const bytes = Base64Url.max(20_000)
const credential = {
  id: Base64Url.min(1).max(1400),
  rawId: Base64Url.min(1).max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
}

/** What `navigator.credentials.create` gives, in the JSON form of WebAuthn level 3. */
export const NewCredential = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])).default([]),
  }),
})
export type NewCredential = z.infer<typeof NewCredential>

/** What `navigator.credentials.get` gives. */
export const Assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.optional(),
  }),
})
export type Assertion = z.infer<typeof Assertion>

/** Options as the browser takes them, in the JSON form of WebAuthn level 3. */
export const CeremonyOptions = z.object({ options: z.record(z.string(), z.unknown()) })

export const SecondFactorInput = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('totp'), code: z.string().max(20) }),
  z.strictObject({ method: z.literal('recovery'), code: z.string().max(60) }),
  z.strictObject({ method: z.literal('passkey'), credential: Assertion }),
])
export type SecondFactorInput = z.infer<typeof SecondFactorInput>
export const PasskeySignInInput = z.strictObject({ credential: Assertion })

export const Passkey = z.object({
  id: PasskeyId,
  name: z.string(),
  created_at: Moment,
  last_used_at: Moment.nullable(),
  /** Its counter went back, which a copy would do: it opens nothing any more. */
  suspended_at: Moment.nullable(),
})
export type Passkey = z.infer<typeof Passkey>

/** How one's account is protected. */
export const Account = z.object({
  has_password: z.boolean(),
  totp_since: Moment.nullable(),
  passkeys: z.array(Passkey),
  recovery_codes_left: z.int(),
  /** A rule asks for a second factor. */
  demanded: z.boolean(),
  passkeys_offered: z.boolean(),
  identities: z.array(z.object({ issuer: z.string(), label: z.string(), subject: z.string(), created_at: Moment })),
})
export type Account = z.infer<typeof Account>

/** The secret of an authenticator app, shown until a code from it proves that the app has it. */
export const TotpOffer = z.object({ secret: z.string(), uri: z.string() })
export type TotpOffer = z.infer<typeof TotpOffer>
export const TotpConfirmation = z.strictObject({ code: z.string().max(20) })

const PasskeyName = z.string().trim().min(1).max(60)
export const PasskeyInput = z.strictObject({ name: PasskeyName, credential: NewCredential })
export const PasskeyRename = z.strictObject({ name: PasskeyName })

/** Recovery codes are shown once; each opens the account once in place of the second factor. */
export const FactorAdded = z.object({ recovery_codes: z.array(z.string()).nullable(), session: Session })
export type FactorAdded = z.infer<typeof FactorAdded>
export const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) })

export const SessionInfo = z.object({
  id: SessionId,
  method: z.string(),
  agent: z.string(),
  created_at: Moment,
  seen_at: Moment,
  expires_at: Moment,
  current: z.boolean(),
})
export type SessionInfo = z.infer<typeof SessionInfo>

/** Who must have a second factor. In `main`, `everyone` means every account of the server. */
export const SecondFactorRule = z.strictObject({ everyone: z.boolean(), roles: z.array(RoleName) })
export type SecondFactorRule = z.infer<typeof SecondFactorRule>

export const Identity = z.object({ issuer: z.string(), subject: z.string(), created_at: Moment })
export type Identity = z.infer<typeof Identity>
export const IdentityInput = z.strictObject({ provider: z.string(), subject: z.string().min(1).max(255) })
export type IdentityInput = z.infer<typeof IdentityInput>

/** Why somebody who came from a provider is not signed in. */
export const RefusedSignIn = z.enum([
  'expired',
  'denied',
  'unavailable',
  'failed',
  'not_admitted',
  'no_account',
  'name_taken',
  'disabled',
  'too_many_groups',
])
export type RefusedSignIn = z.infer<typeof RefusedSignIn>
