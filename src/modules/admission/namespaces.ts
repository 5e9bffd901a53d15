import type { AdmissionRules } from './schema.ts'

/** The environment that claims a namespace; of several patterns the one with the most letters counts. */
export function environmentOf(rules: readonly AdmissionRules[], namespace: string): string | undefined {
  const claims = rules.flatMap(({ environment, namespaces }) =>
    namespaces.filter((pattern) => matches(pattern, namespace)).map((pattern) => ({ environment, pattern })),
  )
  const [first] = claims.toSorted(
    (a, b) => lettersOf(b.pattern) - lettersOf(a.pattern) || a.environment.localeCompare(b.environment, 'en'),
  )
  return first?.environment
}

const lettersOf = (pattern: string) => pattern.replaceAll('*', '').length

function matches(pattern: string, namespace: string): boolean {
  const [first = '', ...others] = pattern.split(/\*+/)
  if (others.length === 0) return pattern === namespace
  if (!namespace.startsWith(first)) return false
  const last = others.pop() ?? ''
  let from = first.length
  for (const part of others) {
    const at = namespace.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return namespace.length - last.length >= from && namespace.endsWith(last)
}
