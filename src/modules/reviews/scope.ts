import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import type { Change } from '../policy/index.ts'
import type { Snapshot } from '../policy/schema.ts'
import { blocksAt, type SeverityLevel } from '../registry/schema.ts'

/**
 * What an approval is about: the part of a snapshot that must not change while the approval holds. Moments, names of
 * people, the wording of results and the model's own name are outside it; the results are covered by the evidence digests.
 */
export function scopeOf({ environment, model, version, evidence, policies, findings = [] }: Snapshot) {
  return {
    format: 'modelkeep-scope-1' as const,
    environment,
    model: { id: model.id, tier: model.tier, purpose: model.purpose },
    version: {
      id: version.id,
      digest: version.digest,
      files: version.files.map(({ path, sha256 }) => ({ path, sha256 })).toSorted(by('path')),
    },
    datasets: version.datasets.map(({ name, digest }) => ({ name, digest })).toSorted(by('name', 'digest')),
    evidence: evidence.map(({ kind, source, digest }) => ({ kind, source, digest })).toSorted(by('kind', 'source')),
    policies: policies.map(({ name, version, digest }) => ({ name, version, digest })).toSorted(by('name')),
    ...(findings.length === 0
      ? {}
      : { findings: findings.map(({ id, severity }) => ({ id, severity })).toSorted(by('id')) }),
  }
}

export type Scope = ReturnType<typeof scopeOf>

export function scopeDigestOf(snapshot: Snapshot): Digest {
  return digestOf(scopeOf(snapshot))
}

/**
 * What of two scopes an approval is compared on. Findings that were mended since take nothing from it, and neither do new
 * ones that the environment lets through; a new one that blocks does, until it is closed.
 */
export function comparable(before: Scope, now: Scope, level: SeverityLevel): [Scope, Scope] {
  const open = new Map((now.findings ?? []).map((each) => [each.id, each]))
  const known = new Map((before.findings ?? []).map((each) => [each.id, each]))
  return [
    withFindings(
      before,
      [...known.values()].filter(({ id }) => open.has(id)),
    ),
    withFindings(
      now,
      [...open.values()].filter(({ id, severity }) => known.has(id) || blocksAt(severity, level)),
    ),
  ]
}

function withFindings({ findings: _, ...scope }: Scope, findings: NonNullable<Scope['findings']>): Scope {
  return findings.length === 0 ? scope : { ...scope, findings }
}

/** What differs between what was decided on and what is there now. Empty when nothing does. */
export function changesBetween(before: Scope, now: Scope): Change[] {
  const kinds = new Map([...before.evidence, ...now.evidence].map((item) => [nameOf(item), item.kind]))
  return [
    ...changed('the environment', before.environment, now.environment).map(as('sealed')),
    ...changed('tier', before.model.tier ?? 'none', now.model.tier ?? 'none').map(as('tier')),
    ...(before.model.purpose === now.model.purpose ? [] : ['the purpose was rewritten']).map(as('purpose')),
    ...changed('the version', before.version.id, now.version.id).map(as('sealed')),
    ...changed('the content', before.version.digest, now.version.digest).map(as('sealed')),
    ...items('file', pairs(before.version.files, 'path', 'sha256'), pairs(now.version.files, 'path', 'sha256')).map(
      ({ text }) => ({ what: 'sealed' as const, text }),
    ),
    ...items('dataset', pairs(before.datasets, 'name', 'digest'), pairs(now.datasets, 'name', 'digest')).map(
      ({ text }) => ({ what: 'sealed' as const, text }),
    ),
    ...items('evidence', evidencePairs(before), evidencePairs(now)).map(({ name, text }) => ({
      what: 'evidence' as const,
      kind: kinds.get(name),
      text,
    })),
    ...items('policy', policyPairs(before), policyPairs(now)).map(({ text }) => ({ what: 'policies' as const, text })),
    ...items('finding', findingPairs(before), findingPairs(now)).map(({ text }) => ({
      what: 'findings' as const,
      text,
    })),
  ]
}

/** The same in words. */
export function differencesBetween(before: Scope, now: Scope): string[] {
  return changesBetween(before, now).map(({ text }) => text)
}

const as = (what: Change['what']) => (text: string) => ({ what, text })

const changed = (what: string, before: string, now: string) =>
  before === now ? [] : [`${what} changed from ${before} to ${now}`]

function items(what: string, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((name) => {
    const [old, current] = [before.get(name), now.get(name)]
    if (old === current) return []
    if (old === undefined) return [{ name, text: `${what} ${name} is new` }]
    const text = current === undefined ? `${what} ${name} is gone` : `${what} ${name} changed: ${old} → ${current}`
    return [{ name, text }]
  })
}

function pairs<K extends string, V extends string>(rows: readonly Record<K | V, string>[], key: K, value: V) {
  const found = new Map<string, string>()
  for (const row of rows) found.set(row[key], [found.get(row[key]), row[value]].filter(Boolean).join(' and '))
  return found
}

const evidencePairs = ({ evidence }: Scope) => new Map(evidence.map((item) => [nameOf(item), item.digest]))

const nameOf = ({ kind, source }: Scope['evidence'][number]) =>
  source === 'server' ? kind : `${kind} from a ${source}`

const policyPairs = ({ policies }: Scope) =>
  new Map(policies.map(({ name, version, digest }) => [name, `version ${version} (${digest})`]))

const findingPairs = ({ findings = [] }: Scope) => new Map(findings.map(({ id, severity }) => [id, severity]))

/** Code-unit order, which is the same everywhere. */
function by<K extends string>(...keys: K[]) {
  return (a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>) => {
    for (const key of keys) if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1
    return 0
  }
}
