import type { Provider } from './providers.ts'

/** What a provider says about somebody who signed in there. */
export type Profile = {
  subject: string
  login: string | undefined
  name: string | undefined
  email: string | undefined
  emailVerified: boolean
  groups: string[]
  /** The provider left the groups out because there are too many of them. */
  groupsLeftOut: boolean
}

type Claims = Readonly<Record<string, unknown>>

/** The claim of that name, or, where a dot stands in it, what lies that way. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Claims)[key]
  }, claims)
}

const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)

function list(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

export function profileOf(provider: Provider, subject: string, claims: Claims): Profile {
  const { login, name, email, groups } = provider.claims
  const elsewhere = valueAt(claims, '_claim_names')
  return {
    subject,
    login: text(valueAt(claims, login)),
    name: text(valueAt(claims, name)),
    email: text(valueAt(claims, email))?.toLowerCase(),
    emailVerified: claims.email_verified === true,
    groups: list(valueAt(claims, groups)),
    groupsLeftOut:
      valueAt(claims, groups) === undefined &&
      typeof elsewhere === 'object' &&
      elsewhere !== null &&
      Object.hasOwn(elsewhere, groups),
  }
}

/** Whether something that the provider is configured to read is missing, so that it must be asked for. */
export function lacksClaims(provider: Provider, claims: Claims): boolean {
  const { login, name, email, groups } = provider.claims
  return [login, name, email, groups].some((path) => valueAt(claims, path) === undefined)
}
