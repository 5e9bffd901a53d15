/**
 * Replays recorded MLflow traffic against a server and compares the answers.
 *
 * A folder of recordings has `index.json` and one `<scenario>.jsonl` per scenario, one exchange a line. Each scenario runs on a
 * fresh Modelkeep with an administrator's token. Ids, names and times that vary are bound where recorded and actual answer have
 * them at the same place, and put into later requests. What differs on purpose falls under a rule of `rules.ts`, which has its
 * reason and knows no scenario.
 *
 * To run one scenario while working on it, from the repository's root:
 *
 *     SCENARIO=artifacts_client npx vitest run --project sqlite src/protocols/mlflow/conformance.test.ts
 *
 * It prints how many exchanges match, and every difference. To require a scenario, add its name to `required` in that test.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Bindings } from './bindings.ts'
import { differences } from './compare.ts'
import { ruleFor } from './rules.ts'

export type Exchange = {
  seq: number
  note?: string
  method: string
  path: string
  query: string | null
  request_headers: Record<string, string>
  request_body?: string | null
  request_body_base64?: string
  request_body_bytes?: number
  status: number
  response_headers: Record<string, string>
  response_body?: string | null
  response_body_base64?: string
  response_body_bytes?: number
}

export type Answer = { status: number; headers: Record<string, unknown>; body: Buffer }
export type Send = (request: {
  method: string
  url: string
  headers: Record<string, string>
  body: Buffer | undefined
}) => Promise<Answer>

export type ScenarioResult = {
  scenario: string
  exchanges: number
  matching: number
  /** Differences that a rule gives a reason for. */
  excepted: number
  reasons: { seq: number; request: string; reason: string }[]
  /** Exchanges whose bodies were too large to be kept: they are not sent. */
  skipped: number
  problems: { seq: number; request: string; difference: string }[]
}

const recording = /\.jsonl(\.gz)?$/
const deliveries = /_deliveries$/

/** One file each, compressed or not; what a receiver of webhooks got stands beside them. The index is not needed. */
export function scenariosIn(folder: string): string[] {
  const names = readdirSync(folder)
    .filter((name) => recording.test(name))
    .map((name) => name.replace(recording, ''))
  // Deliveries stand beside the scenario that they belong to; a scenario's own name may end alike.
  return names.filter((name) => !deliveries.test(name) || !names.includes(name.replace(deliveries, ''))).sort()
}

export function readScenario(folder: string, scenario: string): Exchange[] {
  return linesOf<Exchange>(folder, scenario)
}

export const hasRecording = (folder: string, name: string): boolean =>
  ['.jsonl', '.jsonl.gz'].some((ending) => existsSync(join(folder, `${name}${ending}`)))

export function linesOf<T>(folder: string, name: string): T[] {
  const plain = join(folder, `${name}.jsonl`)
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`))
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T)
}

/** Sends the requests in order. `beforeEach` lets time pass, so that what was made later is later. */
export async function replay(
  scenario: string,
  exchanges: readonly Exchange[],
  send: Send,
  beforeEach: () => void = () => {},
  known: readonly (readonly [string, string])[] = [],
): Promise<ScenarioResult> {
  const bindings = new Bindings(known)
  const result: ScenarioResult = {
    scenario,
    exchanges: exchanges.length,
    matching: 0,
    excepted: 0,
    reasons: [],
    skipped: 0,
    problems: [],
  }
  const refused: Exchange[] = []
  const earlier = { refused, bareNumbers: false, fractions: false }
  for (const exchange of exchanges) {
    if (exchange.request_body_bytes !== undefined || exchange.response_body_bytes !== undefined) {
      result.skipped++
      continue
    }
    beforeEach()
    const actual = await send(requestOf(exchange, bindings))
    bindings.learn(exchange, actual)
    const found = differences(exchange, actual, bindings)
    earlier.bareNumbers ||= /[:[,]\s*(NaN|-?Infinity)\b/.test(exchange.request_body ?? '')
    earlier.fractions ||= /"(step|timestamp)":\s*-?\d+\.\d*[1-9]/.test(exchange.request_body ?? '')
    if (isWrite(exchange) && exchange.status < 300 && actual.status >= 400) refused.push(exchange)
    const request = `${exchange.method} ${exchange.path}`
    const rule = found.length > 0 ? ruleFor(exchange, actual, found, earlier) : undefined
    if (found.length === 0) result.matching++
    else if (rule) {
      result.excepted++
      result.reasons.push({ seq: exchange.seq, request, reason: rule.reason })
    } else {
      for (const difference of found) result.problems.push({ seq: exchange.seq, request, difference })
    }
  }
  return result
}

const isWrite = ({ method }: Exchange) => method !== 'GET' && method !== 'HEAD'

function requestOf(exchange: Exchange, bindings: Bindings) {
  const url = bindings.translate(exchange.query === null ? exchange.path : `${exchange.path}?${exchange.query}`)
  const text = exchange.request_body
  const body =
    exchange.request_body_base64 !== undefined
      ? Buffer.from(exchange.request_body_base64, 'base64')
      : typeof text === 'string'
        ? Buffer.from(bindings.translate(text))
        : undefined
  return { method: exchange.method, url, headers: exchange.request_headers, body }
}

export function summary(results: readonly ScenarioResult[]): string {
  const lines = results.map(({ scenario, exchanges, matching, excepted, skipped, problems }) => {
    const differing = new Set(problems.map(({ seq }) => seq)).size
    const notes = [
      ...(differing > 0 ? [`${differing} DIFFER`] : []),
      ...(excepted > 0 ? [`${excepted} differ on purpose`] : []),
      ...(skipped > 0 ? [`${skipped} not kept whole and not sent`] : []),
    ]
    return `${String(matching).padStart(4)} of ${String(exchanges).padStart(3)} match  ${[scenario, ...notes].join(', ')}`
  })
  const sum = (key: 'exchanges' | 'matching' | 'excepted') => results.reduce((all, result) => all + result[key], 0)
  const total = `${sum('matching')} of ${sum('exchanges')} exchanges match, ${sum('excepted')} differ on purpose`
  return [...lines, total].join('\n')
}

/** Every reason with the exchanges that it excuses. */
export function reasonsGiven(results: readonly ScenarioResult[]): string {
  const all = results.flatMap(({ scenario, reasons }) =>
    reasons.map(({ seq, reason }) => ({ reason, place: `${scenario} ${seq}` })),
  )
  const byReason = Map.groupBy(all, ({ reason }) => reason)
  return [...byReason]
    .map(
      ([reason, list]) =>
        `${String(list.length).padStart(4)}  ${reason}\n      ${list.map(({ place }) => place).join(', ')}`,
    )
    .join('\n')
}
