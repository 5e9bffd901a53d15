import { canonicalJson } from '../../lib/json.ts'
import type { ModelVersion } from '../registry/schema.ts'
import type { Situation } from '../reviews/index.ts'
import type { Run } from '../tracking/schema.ts'
import type { TextDifference } from './schema.ts'

type Part = Pick<TextDifference, 'part' | 'title' | 'said_by'> & { readonly text: string }

/** What one version says, part by part, in the order in which it is shown. */
export type Parts = ReadonlyMap<string, Part>

/** Waivers in force and findings that are open, of the version and of its model. */
export function gateOf({ snapshot }: Situation): Parts {
  const until = (moment: string) => `until ${moment}`
  return named('person', [
    ...(snapshot.waivers ?? []).map(({ policy, requirement, until: end, control, id }) => ({
      part: 'waiver' as const,
      key: id,
      title: `Requirement ${policy}/${requirement}`,
      text: `${until(end)}: ${control}`,
    })),
    ...(snapshot.version.waivers ?? []).map(({ path, rule, what, until: end }) => ({
      part: 'waiver' as const,
      key: `${path} ${rule} ${what}`,
      title: `Unknown content of ${path}: ${what}`,
      text: until(end),
    })),
    ...(snapshot.findings ?? []).map(({ id, title, severity, state, due_at }) => ({
      part: 'finding' as const,
      key: id,
      title,
      text: `${severity}, ${state.replaceAll('_', ' ')}, due ${due_at.slice(0, 10)}`,
    })),
  ])
}

/** The sealed content; data comes first. The server has seen the files; which data it was made from, a run says. */
export function contentOf({ manifest }: ModelVersion): Parts {
  const { datasets, signature, files, run } = manifest
  const data = datasets.map(({ name, context, digest }) => ({
    part: 'data' as const,
    key: `${name} ${context ?? ''}`,
    title: context ? `${name}, ${context}` : name,
    text: digest,
  }))
  return new Map([
    ...named('client', data),
    ...named(
      'server',
      files.map(({ path, sha256 }) => ({ part: 'file' as const, key: path, title: path, text: sha256 })),
    ),
    ...named('client', [
      ...(signature === null
        ? []
        : [{ part: 'signature' as const, key: '', title: 'Signature', text: canonicalJson(signature) }]),
      ...(run === null ? [] : [{ part: 'run' as const, key: '', title: 'Run', text: run.id }]),
    ]),
  ])
}

/** What the run logged: parameters, then the latest point of each metric. Nobody has checked either. */
export function parametersOf(run: Run | undefined): Parts {
  const pairs = [
    ...(run?.params ?? []).map((each) => ({ ...each, part: 'parameter' as const })),
    ...(run?.metrics ?? []).map((each) => ({ ...each, part: 'metric' as const })),
  ]
  return named(
    'client',
    pairs.map(({ part, key, value }) => ({ part, key, title: key, text: String(value) })),
  )
}

/** What people write about a version: its description and its tags. Purpose and description of the model are of both. */
export function wordsOf({ description, tags }: ModelVersion): Parts {
  return named('person', [
    ...(description === '' ? [] : [{ part: 'description' as const, key: '', title: 'Description', text: description }]),
    ...tags.map(({ key, value }) => ({ part: 'tag' as const, key, title: key, text: value })),
  ])
}

type Keyed = Omit<Part, 'said_by'> & { readonly key: string }

const named = (said_by: Part['said_by'], parts: readonly Keyed[]): Parts =>
  unique(parts.map((part) => ({ ...part, said_by })))

/** Parts of one name are one part with all that they say, in one order. */
function unique(parts: readonly (Keyed & Pick<Part, 'said_by'>)[]): Parts {
  const groups = Map.groupBy(parts, ({ part, key }) => `${part} ${key}`.trim())
  return new Map(
    [...groups].flatMap(([key, all]) => {
      const [first] = all
      if (!first) return []
      const said_by = all.find((each) => each.said_by !== 'server')?.said_by ?? 'server'
      const text = all.map((each) => each.text).sort()
      return [[key, { part: first.part, title: first.title, said_by, text: text.join(', ') }] as const]
    }),
  )
}
