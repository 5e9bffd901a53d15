import { posix } from 'node:path'
import { AppError, badRequest } from '../../lib/errors.ts'

export const limits = {
  key: 250,
  paramValue: 6_000,
  tagValue: 8_000,
  modelParamValue: 65_535,
  experimentName: 500,
  experimentTagValue: 5_000,
  /** Where MLflow's server has no limit but an index does. */
  uncheckedKey: 500,
  batchMetrics: 1_000,
  batchParams: 100,
  batchTags: 100,
  batch: 1_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
  inputs: 1_000,
}

const allowed = /^[/\p{L}\p{N}_.\- :]*$/u

/** Keys of metrics, parameters and tags: a clean relative path of harmless characters. */
export function checkKey(key: string, parameter: string): void {
  if (!allowed.test(key)) {
    throw badRequest(
      `Invalid value ${JSON.stringify(key)} for parameter '${parameter}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    )
  }
  const normal = normalPath(key)
  if (normal !== key || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw badRequest(
      `Invalid value ${JSON.stringify(key)} for parameter '${parameter}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    )
  }
}

export function checkLength(value: string, most: number, parameter: string): void {
  if (value.length > most && [...value].length > most) {
    throw badRequest(`'${parameter}' exceeds the maximum length of ${most} characters`)
  }
}

export const cut = (value: string, most: number) => (value.length <= most ? value : [...value].slice(0, most).join(''))

export function checkBatch(metrics: number, params: number, tags: number): void {
  const total = metrics + params + tags
  const check = (what: string, count: number, most: number) => {
    if (count > most) {
      throw badRequest(
        `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
      )
    }
  }
  check('metrics', metrics, limits.batchMetrics)
  check('params', params, limits.batchParams)
  check('tags', tags, limits.batchTags)
  check('metrics, params, and tags', total, limits.batch)
}

/** A location may have a query, but neither a fragment nor parameters, and must not climb. */
export function checkLocation(location: string): void {
  if (location.includes('#') || /;[^/]*$/.test(location.split('?')[0] ?? '')) {
    throw badRequest("'artifact_location' URL can't include fragments or params.")
  }
  let decoded = location
  for (let round = 0; round < 3; round++) decoded = decodeSafely(decoded)
  if (decoded.split(/[/\\?=&]/).includes('..') || /\p{Cc}/u.test(decoded)) {
    throw badRequest(`Invalid artifact location: '${location}'.`)
  }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const normalPath = (path: string) => {
  const normal = posix.normalize(path)
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal
}

export const noExperiment = (id: string) => new AppError('not_found', `No Experiment with id=${id} exists`)
export const noRun = (id: string) => new AppError('not_found', `Run with id=${id} not found`)
export const mustBeActive = (what: 'run' | 'experiment', id: string, stage: string) =>
  badRequest(`The ${what} ${id} must be in the 'active' state. Current state is ${stage}.`)
export const noLoggedModel = (id: string) => new AppError('not_found', `Logged model with ID '${id}' not found.`)
