/**
 * Replays recorded MLflow traffic against a server and compares the answers.
 *
 * A folder of recordings has `index.json` and one `<scenario>.jsonl` per scenario, one exchange a line. Each scenario runs on a
 * fresh Modelkeep with an administrator's token. Ids, names and times that vary are bound where recorded and actual answer have
 * them at the same place, and put into later requests. What differs on purpose stands in `exceptions.ts` with its reason.
 *
 * To run one scenario while working on it, from the repository's root:
 *
 *     SCENARIO=artifacts_client npx vitest run --project sqlite src/protocols/mlflow/conformance.test.ts
 *
 * It prints how many exchanges match, and every difference. To require a scenario, add its name to `required` in that test.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Bindings } from './bindings.ts'
import { differences } from './compare.ts'
import { exceptionFor } from './exceptions.ts'

export type Exchange = {
  seq: number
  note?: string
  method: string
  path: string
  query: string | null
  request_headers: Record<string, string>
  request_body?: string | null
  request_body_base64?: string
  status: number
  response_headers: Record<string, string>
  response_body?: string | null
  response_body_base64?: string
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
  /** Differences that `exceptions.ts` gives a reason for. */
  excepted: number
  problems: { seq: number; request: string; difference: string }[]
}

export function scenariosIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl') && name !== 'webhook_deliveries_deliveries.jsonl')
    .map((name) => name.replace('.jsonl', ''))
    .sort()
}

export function readScenario(folder: string, scenario: string): Exchange[] {
  const text = readFileSync(join(folder, `${scenario}.jsonl`), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exchange)
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
  const result: ScenarioResult = { scenario, exchanges: exchanges.length, matching: 0, excepted: 0, problems: [] }
  for (const exchange of exchanges) {
    beforeEach()
    const actual = await send(requestOf(exchange, bindings))
    bindings.learn(exchange, actual)
    const found = differences(exchange, actual, bindings)
    if (found.length === 0) result.matching++
    else if (actual.status < 500 && exceptionFor(scenario, exchange.seq)) result.excepted++
    else {
      const request = `${exchange.method} ${exchange.path}`
      for (const difference of found) result.problems.push({ seq: exchange.seq, request, difference })
    }
  }
  return result
}

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
  return results
    .map(({ scenario, exchanges, matching, excepted }) => {
      const excused = excepted > 0 ? `, ${excepted} differ on purpose` : ''
      return `${String(matching).padStart(4)} of ${String(exchanges).padStart(3)} match${excused}  ${scenario}`
    })
    .join('\n')
}
