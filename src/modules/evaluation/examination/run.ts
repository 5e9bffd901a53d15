import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { badRequest } from '../../../lib/errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { programBeside } from '../../../lib/program-beside.ts'
import type {
  Answered,
  DecisionTask,
  DescribedColumns,
  ExaminationLimits,
  ExaminationMessage,
  ExaminationTask,
  Finding,
  Report,
  Request,
  RowHeard,
  RowTask,
  RowWeights,
  TableFile,
  WeightTask,
} from './task.ts'

const program = programBeside(import.meta.url, 'process')

/** JavaScript in that process may only read: no writing, no starting of programs, and (from Node 25) no network. DuckDB confines itself. */
const confinement = ['--no-warnings', '--permission', '--allow-addons', '--allow-fs-read=*']

type Options = {
  readonly signal: AbortSignal
  readonly report: Report
  /** Told of each kind when it is finished. */
  readonly found?: ((finding: Finding) => void) | undefined
  /** Asks the endpoint of the task. */
  readonly answer?: ((body: string) => Promise<Answered>) | undefined
}

/**
 * Examines in a process of its own, because ONNX and DuckDB are native code over files that strangers wrote: a crash,
 * a loop or a leak ends that process and not the server, which a worker thread cannot promise (a thread that is ended
 * while ONNX computes takes the whole process with it). Rejects with a bad_request when the task is refused, and with
 * the signal's reason when it is aborted.
 */
export const runExamination = (task: ExaminationTask, options: Options) =>
  ask({ ask: 'findings', task }, task.limits, options) as Promise<Finding[]>

/** Explains one row, in such a process. */
export const runDecision = (task: DecisionTask, options: Options) =>
  ask({ ask: 'decision', task }, task.limits, options) as Promise<JsonObject>

/** Weighs the rows of a table, in such a process. */
export const runWeights = (task: WeightTask, options: Options) =>
  ask({ ask: 'weights', task }, task.limits, options) as Promise<RowWeights>

/** Sends one row to an endpoint, from such a process. */
export const runRow = (task: RowTask, options: Options) =>
  ask({ ask: 'row', task }, task.limits, options) as Promise<RowHeard>

/** Describes the columns of a table, in such a process. */
export const runColumns = (dataset: TableFile, limits: ExaminationLimits, options: Options) =>
  ask({ ask: 'columns', dataset, limits }, limits, options) as Promise<DescribedColumns>

async function ask(request: Request, limits: ExaminationLimits, options: Options): Promise<unknown> {
  options.signal.throwIfAborted()
  const tempDir = await mkdtemp(join(tmpdir(), 'modelkeep-examination-'))
  const child = fork(program, {
    execArgv: [...confinement, `--max-old-space-size=${limits.memoryMb}`],
    env: { EXAMINATION_DIR: tempDir, TZ: 'UTC' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  try {
    return await conversation(child, request, limits, options)
  } finally {
    child.kill('SIGKILL')
    await rm(tempDir, { recursive: true, force: true })
  }
}

function conversation(
  child: ChildProcess,
  request: Request,
  limits: ExaminationLimits,
  { signal, report, found, answer }: Options,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    const timer = setTimeout(
      () => reject(badRequest(`the examination took longer than ${Math.round(limits.timeMs / 1000)} seconds`)),
      limits.timeMs,
    )
    const aborted = () => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    child.stderr?.on('data', (chunk) => {
      complaint = (complaint + String(chunk)).slice(-4000)
    })
    child.on('message', (message: ExaminationMessage) => {
      switch (message.type) {
        case 'progress':
          return report(message.share, message.phase)
        case 'found':
          return found?.(message.finding)
        case 'ask':
          void reply(child, message.id, message.body, answer)
          return
        case 'refused':
          return reject(badRequest(message.reason))
        case 'done':
          return resolve(message.answer)
      }
    })
    child.on('error', reject)
    child.on('close', (code, killedBy) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      if (/heap out of memory|Allocation failed/.test(complaint)) {
        reject(badRequest(`the examination needed more than ${limits.memoryMb} MB of memory`))
      }
      reject(new Error(`the examiner ended with ${killedBy ?? code}: ${complaint}`))
    })
    child.send(request)
  })
}

async function reply(child: ChildProcess, id: number, body: string, answer: Options['answer']): Promise<void> {
  const given: Answered = answer ? await answer(body) : { outcome: 'failed', error: 'there is no endpoint to ask' }
  if (child.connected) child.send({ id, answer: given })
}
