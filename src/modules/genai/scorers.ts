import type { Db, Tx } from '../../db/database.ts'
import { sha256 } from '../../lib/digest.ts'
import { badRequest } from '../../lib/errors.ts'
import type { ActorRef } from '../audit/schema.ts'
import type { GenaiParts } from './parts.ts'
import { checkName, limits, missing, newHexId } from './rules.ts'
import type { ScorerVersion } from './schema.ts'

/** How answers are judged, as the client's library wrote it down: kept and versioned, never run here. */
export function createScorers({ db, write, clock, tracking }: GenaiParts) {
  async function register(
    actor: ActorRef,
    { experiment_id, name, serialized }: { experiment_id: string; name: string; serialized: string },
  ): Promise<ScorerVersion> {
    checkName(name, 'Scorer')
    if (serialized.length > limits.scorer) throw badRequest(`A scorer may have at most ${limits.scorer} characters.`)
    await tracking.experiments.get(experiment_id)
    return write(actor, async (tx, record) => {
      const { id, version } = await takeNumber(tx, experiment_id, name)
      const digest = sha256(serialized)
      const created_time = clock.now().getTime()
      await tx
        .insertInto('scorer_version')
        .values({ scorer_id: id, version, serialized, digest, created_time, created_by: actor.id })
        .execute()
      record('scorer.registered', `experiment:${experiment_id}`, { name, version, digest })
      return { id, experiment_id, name, version, serialized, created_time }
    })
  }

  /** A number is given once, also where two clients ask at the same time. */
  async function takeNumber(tx: Tx, experiment_id: string, name: string): Promise<{ id: string; version: number }> {
    await tx
      .insertInto('scorer')
      .values({ id: newHexId('sc-'), experiment_id, name, last_version: 1 })
      .onConflict((c) =>
        c.columns(['experiment_id', 'name']).doUpdateSet((eb) => ({ last_version: eb('scorer.last_version', '+', 1) })),
      )
      .execute()
    const row = await tx
      .selectFrom('scorer')
      .select(['id', 'last_version'])
      .where('experiment_id', '=', experiment_id)
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
    return { id: row.id, version: row.last_version }
  }

  /** By name and version. */
  function versionRows(from: Db, experiment_id: string) {
    return from
      .selectFrom('scorer_version as v')
      .innerJoin('scorer as s', 's.id', 'v.scorer_id')
      .select(['s.id', 's.experiment_id', 's.name', 'v.version', 'v.serialized', 'v.created_time'])
      .where('s.experiment_id', '=', experiment_id)
      .orderBy('s.name')
      .orderBy('v.version')
  }

  /** The newest version of every scorer of an experiment. */
  async function list(experiment_id: string): Promise<ScorerVersion[]> {
    await tracking.experiments.get(experiment_id)
    const rows = await versionRows(db, experiment_id).execute()
    return [...new Map(rows.map((row) => [row.id, row])).values()]
  }

  async function versions(experiment_id: string, name: string): Promise<ScorerVersion[]> {
    await tracking.experiments.get(experiment_id)
    const rows = await versionRows(db, experiment_id).where('s.name', '=', name).execute()
    if (rows.length === 0) throw noScorer(experiment_id, name)
    return rows
  }

  async function get(experiment_id: string, name: string, version: number | undefined): Promise<ScorerVersion> {
    const all = await versions(experiment_id, name)
    const found = version === undefined ? all.at(-1) : all.find((one) => one.version === version)
    if (!found) throw noVersion(experiment_id, name, version)
    return found
  }

  /** One version, or all of them. The event keeps the digests. */
  async function remove(
    actor: ActorRef,
    experiment_id: string,
    name: string,
    version: number | undefined,
  ): Promise<void> {
    await get(experiment_id, name, version)
    await write(actor, async (tx, record) => {
      const rows = await tx
        .selectFrom('scorer_version as v')
        .innerJoin('scorer as s', 's.id', 'v.scorer_id')
        .select(['s.id', 'v.version', 'v.digest'])
        .where('s.experiment_id', '=', experiment_id)
        .where('s.name', '=', name)
        .orderBy('v.version')
        .execute()
      const going = rows.filter((row) => version === undefined || row.version === version)
      const [first] = going
      if (!first) throw noVersion(experiment_id, name, version)
      await tx
        .deleteFrom('scorer_version')
        .where('scorer_id', '=', first.id)
        .where(
          'version',
          'in',
          going.map((row) => row.version),
        )
        .execute()
      if (going.length === rows.length) await tx.deleteFrom('scorer').where('id', '=', first.id).execute()
      const versions = going.slice(0, 100).map((row) => ({ version: row.version, digest: row.digest }))
      record('scorer.deleted', `experiment:${experiment_id}`, { name, versions })
    })
  }

  return { register, list, versions, get, remove }
}

const noScorer = (experiment: string, name: string) =>
  missing(`Scorer with name '${name}' not found for experiment ${experiment}.`)
const noVersion = (experiment: string, name: string, version: number | undefined) =>
  missing(`Scorer with name '${name}' and version ${version ?? 'None'} not found for experiment ${experiment}.`)
