import type { Answer, Exchange } from './replay.ts'

/** Keys whose texts vary from run to run. */
const bound = new Set([
  'run_id',
  'run_uuid',
  'experiment_id',
  'model_id',
  'trace_id',
  'request_id',
  'assessment_id',
  'webhook_id',
  'span_id',
  'dataset_id',
  'dataset_record_id',
  'scorer_id',
  'issue_id',
  'run_name',
  'next_page_token',
])
/** Names that the server made up. */
const invented = /^[a-z]+-[a-z]+-\d+$/
const boundTags = new Set(['mlflow.runName'])

/** Keys whose numbers are moments of the recording. */
export const moments = new Set([
  'creation_time',
  'creation_timestamp',
  'last_update_time',
  'last_updated_timestamp',
  'last_updated_timestamp_ms',
  'creation_timestamp_ms',
  'create_time',
  'created_time',
  'created_timestamp',
])

/** From recorded to actual texts, filled from the answers. */
export class Bindings {
  readonly #texts = new Map<string, string>()
  /** Short ids, such as experiment 1, are only translated where they stand alone. */
  readonly #short = new Map<string, string>()

  /** What stands for itself in no recording, such as the address of a receiver. */
  constructor(known: readonly (readonly [string, string])[] = []) {
    for (const [recorded, actual] of known) this.#texts.set(recorded, actual)
  }

  learn(exchange: Exchange, actual: Answer): void {
    const recorded = parsed(exchange.response_body)
    const answered = parsed(actual.body.toString('utf8'))
    if (exchange.status === actual.status) this.#walk(recorded, answered, undefined)
  }

  #walk(recorded: unknown, actual: unknown, key: string | undefined): void {
    const isInvented = key === 'name' && typeof recorded === 'string' && invented.test(recorded)
    if (
      typeof recorded === 'string' &&
      typeof actual === 'string' &&
      key !== undefined &&
      (isInvented || bound.has(key))
    ) {
      if (recorded === actual || (key === 'run_name' && !invented.test(recorded))) return
      // An id is learned once; a search that orders ties otherwise must not teach another. Tokens are new in every answer.
      if (key !== 'next_page_token' && (this.#texts.has(recorded) || this.#short.has(recorded))) return
      ;(recorded.length < 6 ? this.#short : this.#texts).set(recorded, actual)
      return
    }
    if (Array.isArray(recorded) && Array.isArray(actual)) {
      const pairs =
        isKeyed(recorded) && isKeyed(actual) ? byKey(recorded, actual) : recorded.map((item, i) => [item, actual[i]])
      for (const [left, right] of pairs) this.#walk(left, right, undefined)
      return
    }
    if (!isRecord(recorded) || !isRecord(actual)) return
    if (typeof recorded.key === 'string' && boundTags.has(recorded.key) && recorded.key === actual.key) {
      this.#walk(recorded.value, actual.value, 'run_name')
      return
    }
    for (const [name, value] of Object.entries(recorded)) this.#walk(value, actual[name], name)
  }

  translate(text: string): string {
    let result = text
    for (const [recorded, actual] of this.#texts) {
      result = result.replaceAll(recorded, actual)
      const encoded = encodeURIComponent(recorded)
      if (encoded !== recorded) result = result.replaceAll(encoded, encodeURIComponent(actual))
    }
    for (const [recorded, actual] of this.#short) {
      result = result.replaceAll(`"${recorded}"`, `"${actual}"`)
    }
    return result
  }
}

type Keyed = { key: string }

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isKeyed = (list: readonly unknown[]): list is Keyed[] =>
  list.every((item) => isRecord(item) && typeof item.key === 'string')

const byKey = (left: readonly Keyed[], right: readonly Keyed[]): unknown[][] =>
  left.map((item) => [item, right.find(({ key }) => key === item.key)])

export function parsed(text: string | null | undefined): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
