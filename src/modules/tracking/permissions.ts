import { createMemory } from '../../db/memory.ts'
import { type AppError, badRequest, forbidden } from '../../lib/errors.ts'
import { type Actor, permissionsIn } from '../access/schema.ts'
import type { ActorRef } from '../audit/schema.ts'
import { findExperiment } from './experiment-store.ts'
import type { TrackingParts } from './experiments.ts'
import * as store from './permission-store.ts'
import { noExperiment } from './rules.ts'
import { ExperimentPermission } from './schema.ts'

/** From the least to the most. To see an experiment and to use it is one. */
const ranks: Record<ExperimentPermission, number> = { NO_PERMISSIONS: 0, READ: 1, USE: 1, EDIT: 2, MANAGE: 3 }

/** What an actor may do with experiments: what the roles say, and the exceptions that experiments make. */
export type Reach = {
  readonly person: string
  readonly byRole: ExperimentPermission
  readonly given: ReadonlyMap<string, ExperimentPermission>
}

/** What a request is about. */
export type Named = { experiments?: readonly string[]; runs?: readonly string[]; paths?: readonly string[] }

/**
 * Permissions of single people on single experiments, in MLflow's terms. They go before what a role says, in both directions,
 * but never past what the role can do at all; administrators manage everything, and contributors what they created.
 */
export function createPermissions({ connection: { db }, write }: TrackingParts) {
  const memory = createMemory()

  async function reachOf({ id, grants }: Pick<Actor, 'id' | 'grants'>): Promise<Reach> {
    const everywhere = grants.filter(({ model }) => model === null)
    if (everywhere.some(({ role }) => role === 'administrator'))
      return { person: id, byRole: 'MANAGE', given: new Map() }
    const writes = everywhere.some(
      (grant) => grant.role !== 'contributor' && permissionsIn(grant).includes('tracking.write'),
    )
    const rows = await memory.recall(id, () => store.permissionsOfPerson(db, id))
    return {
      person: id,
      byRole: writes ? 'MANAGE' : 'READ',
      given: new Map(rows.map((row) => [row.experiment_id, row.permission])),
    }
  }

  const levelOf = (reach: Reach, place: { id: string; created_by: string }) =>
    reach.given.get(place.id) ?? (place.created_by === reach.person ? 'MANAGE' : reach.byRole)

  /** True where no experiment can make a difference: most people on most servers. */
  const isFree = ({ byRole, given }: Reach, level: ExperimentPermission) =>
    ranks[byRole] >= ranks[level] && given.values().every((each) => ranks[each] >= ranks[level])

  /** Things that do not exist are nobody's secret; whoever looks for them finds that out. */
  async function demand(actor: Pick<Actor, 'id' | 'grants'>, level: ExperimentPermission, named: Named): Promise<void> {
    const reach = await reachOf(actor)
    if (isFree(reach, level)) return
    const { experiments = [], runs = [], paths = [] } = named
    const places = await store.placesOf(db, experiments, runs)
    const stored = paths.length === 0 ? [] : await store.storedHere(db)
    for (const path of paths) {
      const around = stored.filter(({ artifact_location }) => isWithin(path, artifact_location))
      // A folder of no experiment is like an experiment of somebody else.
      places.push(...(around.length > 0 ? around : [{ id: '', created_by: '' }]))
    }
    if (places.some((place) => ranks[levelOf(reach, place)] < ranks[level])) throw denied()
  }

  async function hiddenFrom(actor: Pick<Actor, 'id' | 'grants'>): Promise<string[]> {
    const { given } = await reachOf(actor)
    return [...given].flatMap(([id, permission]) => (permission === 'NO_PERMISSIONS' ? [id] : []))
  }

  async function find(person: string, experiment: string): Promise<ExperimentPermission | undefined> {
    const found = await store.findPermission(db, person, experiment)
    if (found) return found.permission
    const [place] = await store.placesOf(db, [experiment], [])
    return place?.created_by === person ? 'MANAGE' : undefined
  }

  /** `null` takes the permission away, so that the role counts again. */
  async function set(actor: ActorRef, person: string, experiment: string, permission: ExperimentPermission | null) {
    await write(actor, async (tx, record) => {
      if (!(await findExperiment(tx, experiment))) throw noExperiment(experiment)
      const before = (await store.findPermission(tx, person, experiment))?.permission ?? null
      if (permission === null) await store.deletePermission(tx, person, experiment)
      else await store.putPermission(tx, { person_id: person, experiment_id: experiment, permission })
      const detail = { person, before, after: permission }
      record('experiment.permission_set', `experiment:${experiment}`, detail, [`person:${person}`])
    })
    memory.forget()
  }

  return { demand, hiddenFrom, find, set, of: (person: string) => store.permissionsOfPerson(db, person) }
}

export function readPermission(text: string): ExperimentPermission {
  const parsed = ExperimentPermission.safeParse(text)
  if (parsed.success) return parsed.data
  const names = ExperimentPermission.options.map((name) => `'${name}'`).join(', ')
  throw badRequest(`Invalid permission '${text}'. Valid permissions are: (${names})`)
}

const denied = (): AppError => forbidden('Permission denied')

function isWithin(path: string, location: string): boolean {
  const [, folder = ''] = /^mlflow-artifacts:(?:\/\/[^/?#]*)?\/?([^?#]*)/.exec(location) ?? []
  const inside = namesIn(path)
  return namesIn(folder).every((name, i) => name === inside[i])
}

const namesIn = (path: string) => path.split('/').filter((name) => name !== '' && name !== '.')
