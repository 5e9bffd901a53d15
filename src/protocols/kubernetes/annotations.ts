import { Digest } from '../../lib/ids.ts'
import type { Reference } from '../../modules/admission/index.ts'

const prefix = 'modelkeep.dev/'
/** What KServe writes on the pods that it makes: where their files come from. */
const kserveSource = 'internal.serving.kserve.io/storage-initializer-sourceuri'
const words = ['model', 'version', 'digest'] as const
type Said = Partial<Record<(typeof words)[number], string>>

/**
 * `modelkeep.dev/model` with `modelkeep.dev/version` or `modelkeep.dev/digest`; a point and the name of a container
 * behind the word says it of that container alone.
 */
export function annotated(
  annotations: Readonly<Record<string, string>>,
  where: string,
  containers: readonly string[],
): Reference[] {
  const of = new Map<string, Said>()
  const references: Reference[] = []
  for (const [key, value] of Object.entries(annotations)) {
    if (key === kserveSource) references.push(...located(value, `the annotation ${key} of ${where}`))
    if (!key.startsWith(prefix)) continue
    const [, word, container = ''] = /^([^.]+)(?:\.(.+))?$/.exec(key.slice(prefix.length)) ?? []
    const known = words.find((each) => each === word)
    if (!known) references.push(problem(`${where} has the annotation ${key}, which means nothing here`))
    else if (container !== '' && !containers.includes(container)) {
      references.push(problem(`${where} has the annotation ${key}, and no container ${container}`))
    } else of.set(container, { ...of.get(container), [known]: value.trim() })
  }
  for (const [container, said] of of) {
    references.push(referenceOf(said, container === '' ? where : `container ${container} of ${where}`))
  }
  return references
}

function referenceOf({ model, version, digest: text }: Said, where: string): Reference {
  const digest = text === undefined ? null : Digest.safeParse(text).data
  if (digest === undefined) return problem(`${where} has a ${prefix}digest that is not sha256: and 64 digits`)
  if (version !== undefined && model === undefined) {
    return problem(`${where} has ${prefix}version and no ${prefix}model`)
  }
  if (model !== undefined && version !== undefined) return { kind: 'version', where, model, version, digest }
  if (digest !== null) return { kind: 'digest', where, model: model ?? null, digest }
  return problem(`${where} names ${model} and no version: set ${prefix}version or ${prefix}digest`)
}

/** What an address of files says: `models:/name/3`, `models:/name@alias`, or a place. */
export function located(uri: string, where: string): Reference[] {
  const text = uri.trim().replace(/\/+$/, '')
  const [, model, version] = /^models:\/+([^/@]+)[/@]([^/@]+)$/.exec(text) ?? []
  if (model !== undefined && version !== undefined) {
    return [{ kind: 'version', where, model: decoded(model), version: decoded(version), digest: null }]
  }
  if (text === '') return []
  return [{ kind: 'location', where, uri: text, ours: /^(models|mlflow-artifacts):/.test(text) }]
}

const problem = (message: string): Reference => ({ kind: 'problem', message })

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
