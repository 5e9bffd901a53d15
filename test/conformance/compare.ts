import { type Bindings, isKeyed, isRecord, moments, parsed } from './bindings.ts'
import type { Answer, Exchange } from './replay.ts'

/** Fields that no client needs. */
const ignored = new Set(['sqlstate', 'error_class'])
/** Lists that come in the order of the database and mean none. */
const unordered = new Set(['params', 'tags', 'metrics', 'aliases', 'dataset_summaries', 'latest_versions'])

/** What an answer says differently: status, error code and message, or the parsed body. */
export function differences(exchange: Exchange, actual: Answer, bindings: Bindings): string[] {
  if (exchange.status !== actual.status) {
    const body = actual.body.toString('utf8').slice(0, 300)
    return [`status ${exchange.status} was recorded, ${actual.status} came: ${body}`]
  }
  const recordedText = exchange.response_body
  if (typeof recordedText !== 'string') return sameBytes(exchange, actual)
  const recorded = parsed(bindings.translate(recordedText))
  if (recorded === undefined) return sameText(exchange, recordedText, actual)
  const answered = parsed(actual.body.toString('utf8'))
  if (isOrderedById(exchange)) return compare(byId(recorded), byId(answered), '')
  return compare(recorded, answered, '')
}

/** Ids are random, and so is an order by them. */
const isOrderedById = ({ request_body }: Exchange) =>
  /"order_by":\s*\[\s*"(?:attributes?\.)?(?:run_id|artifact_uri)\b/.test(request_body ?? '')

function byId(body: unknown): unknown {
  if (!isRecord(body) || !Array.isArray(body.runs)) return body
  return { ...body, runs: body.runs.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)) }
}

const infoOf = (run: unknown) => (isRecord(run) && isRecord(run.info) ? run.info : {})
const idOf = (run: unknown) => String(infoOf(run).run_id)

function sameBytes(exchange: Exchange, actual: Answer): string[] {
  const recorded = exchange.response_body_base64
  if (recorded === undefined || actual.body.equals(Buffer.from(recorded, 'base64'))) return []
  return ['the bytes differ']
}

/** HTML is for people: only its kind counts. Versions are ours. */
function sameText(exchange: Exchange, recorded: string, actual: Answer): string[] {
  const type = String(exchange.response_headers['content-type'] ?? '')
  const text = actual.body.toString('utf8')
  if (exchange.path === '/version') return /^\d+\.\d+\.\d+/.test(text) ? [] : [`not a version: ${text}`]
  if (recorded.startsWith('<!doctype') || exchange.status >= 400) return []
  return text === recorded ? [] : [`${type} ${recorded.slice(0, 100)} was recorded, ${text.slice(0, 100)} came`]
}

function compare(recorded: unknown, actual: unknown, path: string): string[] {
  if (isRecord(recorded) && isRecord(actual)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(actual)])
    return [...names].flatMap((name) => {
      if (ignored.has(name)) return []
      const at = `${path}.${name}`
      if (moments.has(name)) return typeof actual[name] === typeof recorded[name] ? [] : [`${at}: not a time`]
      return compare(recorded[name], actual[name], at)
    })
  }
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    if (recorded.length !== actual.length) return [`${path}: ${recorded.length} were recorded, ${actual.length} came`]
    const name = path.split('.').at(-1) ?? ''
    const arrange = name === 'runs' ? tiesById : unordered.has(name) ? sorted : asItIs
    const [left, right] = [arrange(recorded), arrange(actual)]
    return left.flatMap((item, index) => compare(item, right[index], `${path}[${index}]`))
  }
  if (path === '.message' && typeof recorded === 'string' && typeof actual === 'string') {
    return plain(recorded) === plain(actual)
      ? []
      : [`message\n      recorded ${recorded.slice(0, 400)}\n      came     ${actual.slice(0, 400)}`]
  }
  if (recorded === actual) return []
  return [`${path}: ${shown(recorded)} was recorded, ${shown(actual)} came`]
}

/** Messages that list the allowed values list them in an order that varies, in quotes that are not always closed. */
const plain = (message: string) =>
  message.replace(/'?\{([^{}]*)\}'?/g, (_, names: string) => `{${names.split(', ').sort().join(', ')}}`)

function sorted(list: readonly unknown[]): unknown[] {
  if (isKeyed(list) && new Set(list.map(({ key }) => key)).size === list.length) {
    return list.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  }
  const text = (item: unknown) => JSON.stringify(item)
  return list.every(isRecord) && !isKeyed(list) ? list.toSorted((a, b) => (text(a) < text(b) ? -1 : 1)) : [...list]
}

const asItIs = (list: readonly unknown[]) => list

/** Runs that began at the same time are ordered by their ids, which are random. */
function tiesById(list: readonly unknown[]): unknown[] {
  const groups: unknown[][] = []
  for (const run of list) {
    const group = groups.at(-1)
    if (group && infoOf(group[0]).start_time === infoOf(run).start_time) group.push(run)
    else groups.push([run])
  }
  return groups.flatMap((group) => group.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)))
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 200) ?? 'nothing'
