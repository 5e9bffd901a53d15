import { onDemand } from '../../lib/on-demand.ts'

/** RFC 6238 as every authenticator app knows it: SHA-1, six digits, steps of 30 seconds. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const
const secretBytes = 20

const otpauth = onDemand<typeof import('otpauth')>('otpauth')

/** A secret of 160 bits in base 32. */
export const newTotpSecret = (): string => new (otpauth().Secret)({ size: secretBytes }).base32

/** What the QR code says. */
export function totpUri(secret: string, login: string, issuer: string): string {
  return new (otpauth().TOTP)({ ...form, issuer, label: login, secret }).toString()
}

/** The time step that `code` belongs to: that of `at`, the one before or the one after. Undefined for a wrong code. */
export function totpStep(secret: string, code: string, at: Date): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const timestamp = at.getTime()
  const delta = new (otpauth().TOTP)({ ...form, secret }).validate({ token, timestamp, window: 1 })
  return delta === null ? undefined : Math.floor(timestamp / 1000 / form.period) + delta
}
