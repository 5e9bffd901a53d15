import { AppError } from '../../lib/errors.ts'
import { checkKey, checkLength, limits } from '../tracking/index.ts'
import { ExperimentId, LoggedModelStatus, RunId, RunStatus } from '../tracking/schema.ts'
import type { ExperimentRecord, InputRecord, KeyValue, LoggedModelRecord, ModelLink, RunRecord } from './records.ts'
import type { ImportKind, ImportProblem } from './schema.ts'

/** What may be stored of a record, and what had to be left out, each with its reason. Values are taken whole or not at all. */
export type Cleaned<T> = {
  record: T | undefined
  problems: ImportProblem[]
  left_out: { params: number; tags: number }
}

/** Longer than anything that another tracker's own limits let through, by far. */
export const longestValue = 1_000_000
const longestText = 100_000

export type CleanRun = {
  id: string
  experiment_id: string
  name: string
  user: string
  status: RunStatus
  start_time: number
  end_time: number | null
  deleted: boolean
  location: string
  params: KeyValue[]
  tags: KeyValue[]
  inputs: InputRecord[]
  models: ModelLink[]
}

/** Only a purge, or the deletion of a model, takes away what an import brought. */
export const removedHere = (kind: ImportKind, subject: string): ImportProblem =>
  problem(kind, subject, 'removed_here', 'it was imported before and removed here since; --again brings it again')

export const problem = (kind: ImportKind, subject: string, code: string, message: string): ImportProblem => ({
  kind,
  subject: shown(subject),
  code,
  message: shown(message),
})

/** Readable in a report whatever the source says, and storable on every engine. */
const shown = (text: string) => {
  const harmless = text.toWellFormed().replaceAll(/\p{Cc}/gu, '\u{fffd}')
  return harmless.length <= 500 ? harmless : `${harmless.slice(0, 500)}…`
}

/** PostgreSQL has no NUL in texts, and half a character has no UTF-8. */
export const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0')

export function cleanExperiment(record: ExperimentRecord): Cleaned<ExperimentRecord> {
  const { id, name, location } = record
  const refuse = (code: string, message: string) => refused<ExperimentRecord>('experiment', id, code, message)
  if (!ExperimentId.safeParse(id).success) return refuse('id_refused', 'its id is not one that experiments can have')
  if (name === '' || !isStorable(name) || name.length > limits.experimentName) {
    return refuse('name_refused', `its name is empty, longer than ${limits.experimentName}, or not a text`)
  }
  if (!isStorable(location)) return refuse('location_refused', 'its artifact location is not a text')
  const tags = cleanPairs(record.tags, 'experiment', id, 'tag', () => undefined)
  return done({ ...record, tags: tags.kept }, tags.problems, { params: 0, tags: tags.problems.length })
}

export function cleanRun(record: RunRecord): Cleaned<CleanRun> {
  const { id } = record
  const refuse = (code: string, message: string) => refused<CleanRun>('run', id, code, message)
  if (!RunId.safeParse(id).success) return refuse('id_refused', 'its id is not one that runs can have')
  const status = RunStatus.safeParse(record.status)
  if (!status.success) return refuse('status_refused', `"${record.status}" is not the status of a run`)
  const times = [record.start_time ?? 0, record.end_time ?? 0]
  if (!times.every(Number.isFinite)) return refuse('time_refused', 'its times are not numbers')
  const texts = [record.name, record.user, record.location]
  if (!texts.every((text) => isStorable(text) && text.length <= longestText)) {
    return refuse('text_refused', 'its name, user or location is not a text, or too long')
  }
  const params = cleanPairs(record.params, 'run', id, 'parameter', (key) => {
    checkKey(key, 'key')
    checkLength(key, limits.key, 'key')
  })
  const tags = cleanPairs(record.tags, 'run', id, 'tag', (key) => checkLength(key, limits.uncheckedKey, 'key'))
  const inputs = cleanInputs(record)
  const run: CleanRun = {
    id,
    experiment_id: record.experiment_id,
    name: record.name || record.tags.find(({ key }) => key === 'mlflow.runName')?.value || id,
    user: record.user || record.tags.find(({ key }) => key === 'mlflow.user')?.value || '',
    status: status.data,
    start_time: record.start_time ?? 0,
    end_time: record.end_time,
    deleted: record.deleted,
    location: record.location,
    params: params.kept,
    tags: tags.kept,
    inputs: inputs.kept,
    models: sorted(
      [...new Map(record.models.map((link) => [`${link.direction} ${link.model_id}`, link])).values()].filter(
        ({ model_id, step }) => isStorable(model_id) && Number.isFinite(step),
      ),
      ({ direction, model_id }) => `${direction} ${model_id}`,
    ),
  }
  const problems = [...params.problems, ...tags.problems, ...inputs.problems]
  return done(run, problems, { params: params.problems.length, tags: tags.problems.length })
}

export function cleanLoggedModel(
  record: LoggedModelRecord,
): Cleaned<LoggedModelRecord & { status: LoggedModelStatus }> {
  const { id } = record
  const refuse = (code: string, message: string) =>
    refused<LoggedModelRecord & { status: LoggedModelStatus }>('logged_model', id, code, message)
  if (!RunId.safeParse(id).success) return refuse('id_refused', 'its id is not one that logged models can have')
  const status = LoggedModelStatus.safeParse(record.status)
  if (!status.success) return refuse('status_refused', `"${record.status}" is not the status of a logged model`)
  if (![record.created_at, record.updated_at].every(Number.isFinite)) {
    return refuse('time_refused', 'its times are not numbers')
  }
  const texts = [record.name, record.model_type, record.run_id, record.location]
  if (record.name === '' || !texts.every((text) => isStorable(text) && text.length <= longestText)) {
    return refuse('text_refused', 'its name, type or location is missing, not a text, or too long')
  }
  const params = cleanPairs(record.params, 'logged_model', id, 'parameter', () => undefined)
  const tags = cleanPairs(record.tags, 'logged_model', id, 'tag', () => undefined)
  const metrics = record.metrics.filter(
    (point) => pointProblem(point.key, point) === undefined && isStorable(point.run_id),
  )
  const left = record.metrics.length - metrics.length
  const problems = [...params.problems, ...tags.problems]
  if (left > 0) problems.push(problem('logged_model', id, 'metric_refused', `${left} of its metric values`))
  const clean = { ...record, status: status.data, params: params.kept, tags: tags.kept, metrics }
  return done(clean, problems, { params: params.problems.length, tags: tags.problems.length })
}

/** Why a point cannot be stored; undefined if it can. */
export function pointProblem(key: string, point: { step: number; timestamp: number }): string | undefined {
  if (!Number.isFinite(point.step) || !Number.isFinite(point.timestamp)) return 'step or time is not a number'
  return keyProblem(key)
}

const keyProblems = new Map<string, string | undefined>()

/** The same few keys come again and again. */
function keyProblem(key: string): string | undefined {
  if (keyProblems.has(key)) return keyProblems.get(key)
  const found = messageOf(() => {
    checkKey(key, 'name')
    checkLength(key, limits.key, 'name')
  })
  const answer = key === '' || !isStorable(key) ? 'the name is empty or not a text' : found
  if (keyProblems.size > 10_000) keyProblems.clear()
  keyProblems.set(key, answer)
  return answer
}

function cleanPairs(
  pairs: readonly KeyValue[],
  kind: ImportKind,
  subject: string,
  what: string,
  check: (key: string) => void,
): { kept: KeyValue[]; problems: ImportProblem[] } {
  const kept = new Map<string, KeyValue>()
  const problems: ImportProblem[] = []
  for (const { key, value } of pairs) {
    const reason =
      key === '' || !isStorable(key)
        ? 'the name is empty or not a text'
        : value.length > longestValue
          ? `the value has ${value.length} characters, at most ${longestValue} fit`
          : isStorable(value)
            ? messageOf(() => check(key))
            : 'the value is not a text'
    if (reason === undefined) kept.set(key, { key, value })
    else problems.push(problem(kind, `${subject} ${what} ${key}`, `${what}_refused`, reason))
  }
  return { kept: sorted([...kept.values()], ({ key }) => key), problems }
}

function cleanInputs({ id, inputs }: RunRecord) {
  const kept = new Map<string, InputRecord>()
  const problems: ImportProblem[] = []
  for (const input of inputs) {
    const texts = [input.name, input.digest, input.source_type, input.source, input.schema ?? '', input.profile ?? '']
    const fits =
      input.name.length <= limits.datasetName &&
      input.source.length <= limits.datasetSource &&
      (input.schema ?? '').length <= limits.datasetSchema &&
      (input.profile ?? '').length <= limits.datasetProfile &&
      [...texts, ...input.tags.flatMap(({ key, value }) => [key, value])].every(isStorable)
    if (fits) kept.set(JSON.stringify([input.name, input.digest]), input)
    else problems.push(problem('run', `${id} input ${input.name}`, 'input_refused', 'too long, or not texts'))
  }
  return { kept: [...kept.values()], problems }
}

function messageOf(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

export const sorted = <T>(items: T[], keyOf: (item: T) => string): T[] =>
  items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))

const done = <T>(record: T, problems: ImportProblem[], left_out: { params: number; tags: number }): Cleaned<T> => ({
  record,
  problems,
  left_out,
})

const refused = <T>(kind: ImportKind, subject: string, code: string, message: string): Cleaned<T> => ({
  record: undefined,
  problems: [problem(kind, subject, code, message)],
  left_out: { params: 0, tags: 0 },
})
