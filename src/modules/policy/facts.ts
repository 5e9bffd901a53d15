import { parsePath } from '../../lib/figures.ts'
import type { FactRule, PolicyDocument, Requirement, Snapshot } from './schema.ts'
import { capitalised, factWords, listed, spoken } from './words.ts'

type Finding = Pick<Requirement, 'state' | 'explanation'>
type Scalar = string | number | boolean

const day = 86_400_000
/** Parts of a path that say nothing in a sentence. */
const groups = ['tags', 'metrics', 'params']
const roots = ['facts', 'model', 'run', 'version']

/** What fact rules see. */
function factsOf({ at, model, version }: Snapshot) {
  const { registered_at, files } = version
  return {
    facts: version.facts,
    run: version.run?.logged ?? {},
    model: {
      name: model.name,
      tier: model.tier,
      purpose: model.purpose,
      tags: Object.fromEntries((model.tags ?? []).map(({ key, value }) => [key, value])),
    },
    version: {
      version: version.version,
      files: files.length,
      size: files.reduce((sum, { size }) => sum + size, 0),
      datasets: version.datasets.length,
      ...(registered_at ? { age_days: Math.floor((Date.parse(at) - Date.parse(registered_at)) / day) } : {}),
    },
  }
}

/** A fact that is missing, or is of another kind than the value that it is compared with, makes the answer unknown. */
export function assessFact(rule: FactRule, snapshot: Snapshot): Finding {
  const found = (parsePath(rule.fact) ?? []).reduce<unknown>(
    (node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    factsOf(snapshot),
  )
  const name = factPhrase(rule.fact)
  const wanted = wantedText(rule)
  if (!isScalar(found)) {
    return { state: 'unknown', explanation: `${capitalised(name)} is not known; it should be ${wanted}.` }
  }
  const holds = compare(rule, found)
  if (holds === null) {
    return {
      state: 'unknown',
      explanation: `${capitalised(name)} is ${found}, which cannot be compared with ${wanted}.`,
    }
  }
  const because = holds || !rule.reason ? '' : ` ${rule.reason}`
  const explanation = `${capitalised(name)} is ${found === '' ? 'empty' : found}${holds ? '' : `; it should be ${wanted}`}.${because}`
  return { state: holds ? 'met' : 'blocked', explanation }
}

function compare({ is, value }: FactRule, found: Scalar): boolean | null {
  if (is === 'one_of') return [value].flat().includes(found)
  if (Array.isArray(value)) return null
  if (is === 'equal' || is === 'not_equal') {
    if (typeof value !== typeof found) return null
    return (value === found) === (is === 'equal')
  }
  if (typeof value !== 'number' || typeof found !== 'number') return null
  switch (is) {
    case 'at_least':
      return found >= value
    case 'at_most':
      return found <= value
    case 'above':
      return found > value
    case 'below':
      return found < value
  }
}

/** Metrics and parameters of the run that rules of these policies name. Undefined when none looks at what the run logged. */
export function askedOfRun(documents: readonly Pick<PolicyDocument, 'checks'>[]) {
  const paths = documents
    .flatMap(({ checks }) => checks.flatMap((rule) => ('fact' in rule ? [parsePath(rule.fact) ?? []] : [])))
    .filter(([root]) => root === 'run')
  if (paths.length === 0) return undefined
  const namesIn = (group: string) => paths.flatMap(([, part, name]) => (part === group && name ? [name] : []))
  return { metrics: namesIn('metrics'), params: namesIn('params') }
}

/** What a fact rule's own fields get wrong about each other, or null. */
export function factProblem({ fact, is, value }: FactRule): { key: 'fact' | 'value'; message: string } | null {
  const path = parsePath(fact)
  if (!path || path.length < 2 || !roots.includes(path[0] ?? '')) {
    return { key: 'fact', message: `${fact} is not a path like facts.onnx.opset; it begins with ${roots.join(', ')}` }
  }
  if (Array.isArray(value) !== (is === 'one_of')) {
    return { key: 'value', message: is === 'one_of' ? 'one_of takes a list' : 'a list goes with one_of' }
  }
  if (!['equal', 'not_equal', 'one_of'].includes(is) && typeof value !== 'number') {
    return { key: 'value', message: `${is} takes a number` }
  }
  return null
}

/** For instance `the ONNX opset`, `the tier of the model`. */
export function factPhrase(fact: string): string {
  const [root, ...rest] = parsePath(fact) ?? [fact]
  const words = rest
    .filter((part, place) => !groups.includes(part) || place > 0)
    .map(spoken)
    .join(' ')
  return root === 'facts' ? `the ${words}` : `the ${words} of the ${root}`
}

export function wantedText({ is, value }: FactRule): string {
  return Array.isArray(value) ? `${factWords[is]} ${listed(value.map(String))}` : `${factWords[is]} ${value}`
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
