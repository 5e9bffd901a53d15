import canonicalize from 'canonicalize'

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/**
 * RFC 8785 canonical JSON: one text for one value, so that its hash can be signed.
 * Throws on what JSON does not have (NaN, infinities, lone surrogates).
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('undefined has no canonical JSON')
  return text
}
