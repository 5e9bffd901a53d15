import { isRecord } from './bindings.ts'
import type { Difference, Rule } from './rules-shape.ts'

const metricField = /^\.runs?(\[\d+\]|)\.data\.metrics/

/** What reads differently because an earlier request of the scenario was taken differently. */
export const listingRules: readonly Rule[] = [
  {
    reason: 'what was refused before is not in the listing, and folders end with their last file',
    holds: ({ exchange, actual, earlier, recorded, came }) =>
      earlier.refused.length > 0 &&
      actual.status === 200 &&
      /\/artifacts(\/list)?$/.test(exchange.path) &&
      isPartOf(namesOf(came.files), namesOf(recorded.files)),
  },
  {
    reason: 'what was refused before is not among the metrics',
    holds: ({ actual, earlier, found, recorded, came }) =>
      earlier.refused.some(({ path }) => path.includes('/runs/log-')) &&
      actual.status === 200 &&
      found.every((text) => metricField.test(text)) &&
      isPartOf(metricsOf(came), metricsOf(recorded)),
  },
  {
    reason: 'bare NaN and Infinity are read as what they say, not as 0',
    holds: ({ earlier, found }) =>
      earlier.bareNumbers && found.every((text) => /metrics\[\d+\]\.(value|timestamp): 0 was recorded/.test(text)),
  },
  {
    reason: 'a fraction where an integer belongs is cut, not zeroed',
    holds: ({ earlier, found }) =>
      earlier.fractions && found.every((text) => /metrics\[\d+\]\.(step|timestamp): 0 was recorded/.test(text)),
  },
]

function metricsOf(body: Difference['recorded']): unknown {
  const run = isRecord(body.run) ? body.run : {}
  return isRecord(run.data) ? run.data.metrics : undefined
}

/** By name: a listing of `.` is recorded with `./` before each. */
const namesOf = (files: unknown) =>
  Array.isArray(files)
    ? files.filter(isRecord).map(({ path, is_dir }) => ({ name: String(path).split('/').at(-1), is_dir }))
    : []

/** Every item that came was recorded, too, with the same content. */
function isPartOf(came: unknown, recorded: unknown): boolean {
  const texts = (list: unknown) =>
    Array.isArray(list) ? list.filter(isRecord).map((item) => JSON.stringify(Object.entries(item).sort())) : []
  const known = new Set(texts(recorded))
  return texts(came).every((text) => known.has(text))
}
