import { isRecord, parsed } from './bindings.ts'
import type { Answer, Exchange } from './replay.ts'
import { listingRules } from './rules-consequences.ts'
import { refusalRules } from './rules-refusals.ts'
import type { Difference, Rule } from './rules-shape.ts'

export type { Difference, Rule } from './rules-shape.ts'

/**
 * Where we answer differently from the recorded server on purpose, and why. A rule knows no scenario: it looks at the request,
 * at what was recorded, and at what came, so that it holds for other recordings just the same.
 */
export const rules: readonly Rule[] = [
  {
    reason: 'the recorded server failed with 500 where the request is wrong, or where it can be answered',
    holds: ({ exchange, actual }) => exchange.status === 500 && actual.status < 500,
  },
  {
    reason: 'the recorded message quotes SQL; ours names what is wrong',
    holds: ({ exchange, actual, recorded }) =>
      exchange.status === actual.status &&
      actual.status >= 400 &&
      /\[SQL: |\((?:sqlite3|psycopg2?)\./.test(messageOf(recorded)),
  },
  {
    reason: 'the recorded message names a folder of the recorded server',
    holds: ({ exchange, actual, recorded, came }) =>
      exchange.status === actual.status &&
      actual.status >= 400 &&
      codeOf(recorded) === codeOf(came) &&
      messageOf(recorded).includes('/srv/mlflow/'),
  },
  {
    reason: 'without a positive max_results all points are answered, as earlier releases did and as clients rely on',
    holds: ({ exchange, actual, query, recorded, came }) =>
      exchange.path.endsWith('/metrics/get-history') &&
      !(Number(query.get('max_results')) > 0) &&
      actual.status === 200 &&
      !('metrics' in recorded) &&
      'metrics' in came &&
      !('next_page_token' in came),
  },
  {
    reason: 'filters may have OR, NOT and parentheses',
    holds: ({ exchange, actual, query, sent }) =>
      exchange.status === 400 &&
      actual.status === 200 &&
      exchange.path.endsWith('/search') &&
      /\b(OR|NOT)\b|\(/i.test(query.get('filter') ?? String(sent.filter ?? '')),
  },
  {
    reason: 'a range that is asked for is sent',
    holds: ({ exchange, actual }) => exchange.request_headers.range !== undefined && actual.status === 206,
  },
  {
    reason: 'the version of the spoken API is open to everyone, as without the auth app',
    holds: ({ exchange, actual }) => exchange.path === '/version' && exchange.status === 401 && actual.status === 200,
  },
  {
    reason: 'a long tag is cut to 8,000 characters here as everywhere else',
    holds: ({ found, sent }) =>
      found.every((text) => text.startsWith('.run.data.tags')) && JSON.stringify(sent.tags ?? '').length > 8000,
  },
  ...refusalRules,
  ...listingRules,
]

const messageOf = (body: Record<string, unknown>) => (typeof body.message === 'string' ? body.message : '')
const codeOf = (body: Record<string, unknown>) => body.error_code

/** The rule that a difference falls under. An answer of ours with 500 falls under none. */
export function ruleFor(
  exchange: Exchange,
  actual: Answer,
  found: readonly string[],
  earlier: Difference['earlier'],
): Rule | undefined {
  if (actual.status >= 500) return undefined
  const difference: Difference = {
    exchange,
    actual,
    found,
    earlier,
    query: new URLSearchParams(exchange.query ?? ''),
    sent: objectIn(exchange.request_body),
    recorded: objectIn(exchange.response_body),
    came: objectIn(actual.body.toString('utf8')),
  }
  return rules.find((rule) => rule.holds(difference))
}

function objectIn(text: string | null | undefined): Record<string, unknown> {
  const value = parsed(text)
  return isRecord(value) ? value : {}
}
