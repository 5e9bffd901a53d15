import { badRequest } from '../../lib/errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ActorRef } from '../audit/schema.ts'
import { aboutRun, demandActiveRun } from './active-run.ts'
import type { TrackingParts } from './experiments.ts'
import { checkLog, writeLogs } from './log.ts'
import type { LogInput, LogOutcome, LogRequest } from './measured.ts'

type Waiting = LogRequest & { done: (outcome: LogOutcome) => void; failed: (error: unknown) => void }

/** The hot path: requests that wait at the same time are written together. */
export function createLogs({ connection, write }: TrackingParts) {
  const { engine, writer } = connection
  const waiting: Waiting[] = []

  /** Logs points, parameters and tags of a run: all of them or, when one is refused, none. */
  async function log(actor: ActorRef, input: LogInput): Promise<void> {
    checkLog(input)
    const outcome = await enqueue({ input, actorId: actor.id })
    switch (outcome.kind) {
      case 'logged':
        return
      case 'refused':
        throw outcome.error
      case 'sealed':
        return logToSealed(actor, input)
    }
  }

  function enqueue(request: LogRequest): Promise<LogOutcome> {
    return new Promise((done, failed) => {
      waiting.push({ ...request, done, failed })
      if (waiting.length === 1) void writeWaiting()
    })
  }

  async function writeWaiting(): Promise<void> {
    let group: Waiting[] = []
    try {
      const outcomes = await writer.commit((tx) => {
        group = waiting.splice(0)
        return writeLogs(tx, engine, group)
      })
      for (const [index, request] of group.entries()) {
        const outcome = outcomes[index]
        if (outcome) request.done(outcome)
      }
    } catch (error) {
      // The writer may refuse before the work begins; then nobody has taken those who wait.
      for (const request of group.length > 0 ? group : waiting.splice(0)) request.failed(error)
    }
  }

  /** What a sealed run logs is a change of something that others may rely on, so it is an event. */
  async function logToSealed(actor: ActorRef, input: LogInput): Promise<void> {
    await write(actor, async (tx, record) => {
      const row = await demandActiveRun(tx, input.runId)
      const [outcome] = await writeLogs(tx, engine, [{ input, actorId: actor.id }], { toSealed: true })
      if (outcome?.kind === 'refused') throw outcome.error
      if (outcome?.kind !== 'logged') throw badRequest(`The run ${input.runId} is sealed.`)
      record('run.changed', `run:${input.runId}`, changeOf(input), aboutRun(row))
    })
  }

  return { log }
}

function changeOf({ metrics = [], params = [], tags = [] }: LogInput): JsonObject {
  const keys = (list: readonly { key: string }[]) => [...new Set(list.map(({ key }) => key))].slice(0, 100)
  return {
    ...(metrics.length > 0 ? { metrics: keys(metrics), points: metrics.length } : {}),
    ...(params.length > 0 ? { params: keys(params) } : {}),
    ...(tags.length > 0 ? { tags: keys(tags) } : {}),
  }
}
