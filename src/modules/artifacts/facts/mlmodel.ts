import type { Document, Node, YAMLMap } from 'yaml'
import { yaml } from '../../../lib/yaml.ts'
import { hostileYaml } from '../../../lib/yaml-limits.ts'
import type { FactsOf, MlmodelFacts } from './schema.ts'
import { readSignature } from './signature.ts'
import { storable, Unreadable } from './unreadable.ts'

const maxBytes = 512 * 1024
const maxAliasCount = 20

/**
 * What an `MLmodel` file says. MLflow writes it with PyYAML, so it is YAML 1.1. Where a version is meant, the text as
 * written is taken: as a number, 3.10 would become 3.1.
 */
export function readMlmodelFacts(text: string): FactsOf<MlmodelFacts> {
  try {
    const facts = factsOf(text)
    JSON.stringify(facts, (key, value) => {
      storable(key)
      return typeof value === 'string' ? storable(value) : value
    })
    return { outcome: 'read', facts }
  } catch (error) {
    if (error instanceof Unreadable) {
      return { outcome: 'unreadable', reason: `not a readable MLmodel file: ${error.message}` }
    }
    throw error
  }
}

function factsOf(text: string): MlmodelFacts {
  if (Buffer.byteLength(text) > maxBytes) throw new Unreadable(`it is longer than ${maxBytes} bytes`)
  const hostile = hostileYaml(text)
  if (hostile) throw new Unreadable(hostile)
  const document = documentOf(text)
  const root = mapOf(document.contents)
  if (!root) throw new Unreadable('it is not a mapping')

  const flavors = new Map<string, Record<string, string>>()
  for (const [name, node] of entriesOf(document, mapOf(valueAt(document, root, 'flavors')))) {
    flavors.set(name, writtenValues(document, mapOf(node)))
  }
  const written = writtenValues(document, root)
  return {
    flavors: Object.fromEntries(flavors),
    signature: readSignature(valueAt(document, root, 'signature')?.toJS(document, { maxAliasCount })),
    run_id: written.run_id ?? null,
    model_uuid: written.model_uuid ?? null,
    mlflow_version: written.mlflow_version ?? null,
    python_version: flavors.get('python_function')?.python_version ?? null,
    created: written.utc_time_created ?? null,
  }
}

function documentOf(text: string): Document {
  // Comparing every key with every other takes minutes for a long file; `entriesOf` finds duplicates in one pass.
  const document = yaml().parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'error',
    prettyErrors: false,
  })
  const [error] = document.errors
  if (error) throw new Unreadable(`it is not YAML: ${error.message.slice(0, 200)}`)
  try {
    // Expands every alias once, within the limit, so that no later reading of a part can explode.
    document.toJS({ maxAliasCount })
  } catch {
    throw new Unreadable('its aliases expand without end')
  }
  return document
}

/** The entries whose values are plain, as they are written; quotes taken off. */
function writtenValues(document: Document, map: YAMLMap | undefined): Record<string, string> {
  const values = new Map<string, string>()
  for (const [key, node] of entriesOf(document, map)) {
    if (!yaml().isScalar(node) || node.value === null) continue
    values.set(key, node.source ?? String(node.value))
  }
  return Object.fromEntries(values)
}

function valueAt(document: Document, map: YAMLMap, key: string): Node | undefined {
  return entriesOf(document, map).find(([name]) => name === key)?.[1]
}

function entriesOf(document: Document, map: YAMLMap | undefined): [string, Node | undefined][] {
  const seen = new Set<string>()
  return (map?.items ?? []).map(({ key, value }) => {
    if (!yaml().isScalar(key)) throw new Unreadable('it has a key that is not plain text')
    const name = key.source ?? String(key.value)
    if (seen.has(name)) throw new Unreadable(`it has the key ${name.slice(0, 100)} twice`)
    seen.add(name)
    return [name, resolved(document, value)]
  })
}

function resolved(document: Document, value: unknown): Node | undefined {
  if (yaml().isAlias(value)) return value.resolve(document)
  return yaml().isNode(value) ? value : undefined
}

function mapOf(node: Node | null | undefined): YAMLMap | undefined {
  return yaml().isMap(node) ? node : undefined
}
