import type { CelInput } from '@bufbuild/cel'
import type { Json } from '../../lib/json.ts'
import type { Snapshot } from './schema.ts'
import { unwaived } from './unwaived.ts'

export type Bindings = Readonly<Record<string, CelInput>>
/** What an expression sees, and the length of the longest list in it. */
export type ExpressionContext = { readonly bindings: Bindings; readonly longest: number }

/**
 * The snapshot with CEL's types: counts that the snapshot declares as integers are integers, every figure inside results,
 * facts and signatures is a double whatever its value, and moments are text (`timestamp(at)` turns them into time).
 */
export function expressionContext(snapshot: Snapshot): ExpressionContext {
  const measure = { longest: 0 }
  const { at, environment, model, version, evidence, policies, requester } = snapshot
  const counted = (value: Json) => toCel(value, true, measure)
  const measured = (value: Json) => toCel(value, false, measure)
  const { signature, facts, waivers = [], ...sealed } = version

  const kinds = new Map<string, CelInput>()
  for (const { kind, result, ...item } of evidence) {
    if (kinds.has(kind)) continue
    const age = Math.floor((Date.parse(at) - Date.parse(item.collected_at)) / 86_400_000)
    const fields = counted({ ...item, age_days: age }) as Map<string, CelInput>
    const { value, longest } = resultOf(item.digest, result)
    measure.longest = Math.max(measure.longest, longest)
    kinds.set(kind, fields.set('result', value))
  }
  const versionFields = counted(sealed) as Map<string, CelInput>
  return {
    bindings: {
      at,
      environment,
      requester,
      model: counted(model),
      version: versionFields
        .set('signature', measured(signature))
        .set('facts', measured(facts))
        .set('waivers', counted(waivers))
        .set('unwaived', unwaived(facts, waivers)),
      evidence: kinds,
      policies: counted(policies),
    },
    get longest() {
      return measure.longest
    },
  }
}

/** Results are large and never change under their digest, so that each is converted once. */
const converted = new Map<string, { value: CelInput; longest: number }>()
const mostConverted = 100

function resultOf(digest: string, result: Json): { value: CelInput; longest: number } {
  const known = converted.get(digest)
  if (known) return known
  const measure = { longest: 0 }
  const value = toCel(result, false, measure)
  const made = { value, longest: measure.longest }
  const [oldest] = converted.keys()
  if (converted.size >= mostConverted && oldest !== undefined) converted.delete(oldest)
  converted.set(digest, made)
  return made
}

function toCel(value: Json, integers: boolean, measure: { longest: number }): CelInput {
  if (typeof value === 'number') return integers && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    measure.longest = Math.max(measure.longest, value.length)
    return value.map((item) => toCel(item, integers, measure))
  }
  const entries = Object.entries(value)
  measure.longest = Math.max(measure.longest, entries.length)
  return new Map(entries.map(([key, item]) => [key, toCel(item, integers, measure)]))
}
