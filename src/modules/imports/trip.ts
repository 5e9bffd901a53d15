import type { Connection } from '../../db/connect.ts'
import type { Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { AppError } from '../../lib/errors.ts'
import type { Actor } from '../access/schema.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { Registry } from '../registry/index.ts'
import type { ImportSource } from './records.ts'
import type { ImportCounts, ImportId, ImportPhase, ImportProblem, ImportTally } from './schema.ts'
import * as store from './store.ts'
import { add, noTally, plus } from './tally.ts'

export type ImportParts = {
  connection: Connection
  write: Write
  clock: Clock
  artifacts: Artifacts
  registry: Registry
}

export type Progress = (at: { phase: ImportPhase; done: number }) => void

export type TripOptions = {
  source: ImportSource
  /** For ids and names that are taken here by something else. */
  prefix: string
  /** Accounts by login, to find whom the source calls by the same name. */
  logins: ReadonlyMap<string, string>
  /** Also brings what an import of this source brought before and what was removed here since. */
  again?: boolean
  signal?: AbortSignal
  progress?: Progress
}

/** What a step changed, beside its governed change. */
export type Step = { tally?: TallyChange; problems?: readonly ImportProblem[]; cursor?: string | null }
type TallyChange = { [Part in keyof ImportTally]?: Partial<ImportCounts> | undefined }

/** Stops an import between two steps; what is done stays done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

export type Trip = ReturnType<typeof createTrip>

/** One way through a source: to look (`importId` undefined, nothing is written), or to bring what is there. */
export function createTrip(
  parts: ImportParts,
  options: TripOptions,
  going: { id: ImportId; actor: Actor; tally: ImportTally } | undefined,
) {
  const { connection, write, clock } = parts
  const { source, prefix, logins, again = false, signal, progress } = options
  let tally = going?.tally ?? noTally()
  let phase: ImportPhase = 'experiments'
  let done = 0
  const seen = new Map<string, ImportProblem>()
  /** Experiments and models by the source's name for them; null where one was refused. */
  const experiments = new Map<string, string | null>()
  const models = new Map<string, { id: string; name: string } | null>()

  function demandGoing() {
    if (!going) throw new Error('a look at a source writes nothing')
    return going
  }

  function checkpoint(): void {
    if (signal?.aborted) throw new Interrupted()
  }

  function moved(by: number): void {
    done += by
    progress?.({ phase, done })
  }

  const withDelta = (change: TallyChange = {}) => {
    const delta = noTally()
    for (const part of ['brought', 'unchanged', 'updated', 'refused'] as const) {
      if (change[part]) add(delta[part], change[part])
    }
    return plus(tally, delta)
  }

  async function save(tx: Tx, { problems = [], cursor }: Step, next: ImportTally): Promise<void> {
    const { id } = demandGoing()
    await store.addProblems(tx, connection.engine, id, problems)
    await store.updateImport(tx, id, {
      phase,
      counts: JSON.stringify(next),
      leased_until: leaseEnd(clock),
      ...(cursor === undefined ? {} : { cursor }),
    })
  }

  /** A governed change with its events, and the notebook's page about it, in one transaction. */
  async function commit(work: (tx: Tx, record: RecordEvent) => Promise<Step>): Promise<void> {
    checkpoint()
    const { actor } = demandGoing()
    let next = tally
    await write(actor, async (tx, record) => {
      const step = await work(tx, record)
      next = withDelta(step.tally)
      await save(tx, step, next)
    })
    tally = next
  }

  /** What needs no governed change: what was found again, and what was refused. */
  async function note(step: Step): Promise<void> {
    checkpoint()
    const next = withDelta(step.tally)
    for (const one of step.problems ?? []) {
      if (!going) seen.set(JSON.stringify([one.kind, one.subject, one.code]), one)
    }
    const empty = !step.tally && !step.problems?.length && step.cursor === undefined
    if (going && !empty) await connection.writer.commit((tx) => save(tx, step, next))
    tally = next
  }

  return {
    parts,
    source,
    prefix,
    logins,
    again,
    experiments,
    models,
    /** True while only looking. */
    dry: going === undefined,
    get id() {
      return demandGoing().id
    },
    get actor() {
      return demandGoing().actor
    },
    get tally() {
      return tally
    },
    get problems() {
      return [...seen.values()]
    },
    now: () => isoNow(clock),
    checkpoint,
    moved,
    commit,
    note,
    begin(next: ImportPhase) {
      phase = next
      done = 0
      progress?.({ phase, done })
    },
  }
}

const leaseMilliseconds = 60_000
export const leaseEnd = (clock: Clock) => new Date(clock.now().getTime() + leaseMilliseconds).toISOString()

/** What is expected to go wrong is a problem of one thing; everything else ends the import. */
export async function refusalOf<T>(work: () => Promise<T>): Promise<{ value: T } | { refusal: string }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (error instanceof AppError && error.code !== 'unavailable') return { refusal: error.message }
    throw error
  }
}
