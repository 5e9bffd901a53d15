import { z } from 'zod'
import { Assertion } from '../signin/schema.ts'

/** By a key that is enrolled as one's own, or by a passkey, over the statement of the decision. */
export const SignatureInput = z.union([
  z.strictObject({ key_id: z.string().max(100), signature: z.string().max(200) }),
  z.strictObject({ passkey: Assertion }),
])
export type SignatureInput = z.infer<typeof SignatureInput>

const key = { key_id: z.string(), public_key: z.string(), signature: z.string() }

/**
 * Base64 signature with the public key (base64 SubjectPublicKeyInfo) that checks it: over the RFC 8785 bytes of the statement,
 * or, by a passkey, over an assertion whose challenge is their SHA-256.
 */
export const PersonSignature = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ed25519'), ...key }),
  z.object({
    kind: z.literal('passkey'),
    ...key,
    /** Base64url, as WebAuthn writes it. */
    credential_id: z.string(),
    /** The name of the server that the passkey was made for. */
    rp_id: z.string(),
    authenticator_data: z.string(),
    client_data: z.string(),
  }),
])
export type PersonSignature = z.infer<typeof PersonSignature>
