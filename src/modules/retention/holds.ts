import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Write } from '../audit/index.ts'
import type { ActorRef, PersonId, Thing } from '../audit/schema.ts'
import { registryPurge } from '../registry/index.ts'
import { trackingPurge } from '../tracking/index.ts'
import * as store from './holds-store.ts'
import { placesOfPath } from './places.ts'
import type { Hold, HoldId, HoldInput, HoldSubject } from './schema.ts'
import type { HoldRow } from './tables.ts'

export type Holds = ReturnType<typeof createHolds>

/** A hold keeps an experiment, a run or a model with everything in it from being removed for good, until it is lifted. */
export function createHolds({ db, write, clock }: { db: Db; write: Write; clock: Clock }) {
  async function place(actor: ActorRef, input: HoldInput): Promise<Hold> {
    const id = newId('hld', clock.now().getTime()) as HoldId
    return write(actor, async (tx, record) => {
      const subject = await findSubject(tx, input.kind, input.id)
      await store.insertHold(tx, {
        id,
        kind: input.kind,
        subject_id: subject.id,
        reason: input.reason,
        placed_by: actor.id,
        placed_at: isoNow(clock),
        lifted_by: null,
        lifted_at: null,
        lift_reason: null,
      })
      record('hold.placed', `hold:${id}`, { reason: input.reason, name: subject.name }, [
        thingOf(input.kind, subject.id),
      ])
      return get(tx, id)
    })
  }

  async function lift(actor: ActorRef, id: HoldId, reason: string): Promise<Hold> {
    return write(actor, async (tx, record) => {
      const hold = await get(tx, id)
      const lifted = { lifted_by: actor.id, lifted_at: isoNow(clock), lift_reason: reason }
      if (!(await store.liftHold(tx, id, lifted))) throw conflict(`hold ${id} has been lifted`)
      record('hold.lifted', `hold:${id}`, { reason, name: hold.name }, [thingOf(hold.kind, hold.subject)])
      return get(tx, id)
    })
  }

  async function get(from: Db, id: string): Promise<Hold> {
    const row = await store.findHold(from, id)
    if (!row) throw notFound('hold', id)
    const [hold] = await named(from, [row])
    if (!hold) throw notFound('hold', id)
    return hold
  }

  /** For what removes bytes or traces at once: refuses while a hold stands over them. */
  async function refusePath(from: Db, path: string): Promise<void> {
    if (!(await store.anyHold(from))) return
    const { runs, logged_models, experiments } = await placesOfPath(from, path)
    const holds = [
      ...(await store.holdsOver(from, 'run', runs)).values(),
      ...(await store.holdsOver(from, 'logged_model', logged_models)).values(),
      ...(await store.holdsOver(from, 'experiment', experiments)).values(),
    ].flat()
    refuse(holds[0])
  }

  async function refuseExperiment(from: Db, experiment: string): Promise<void> {
    refuse((await store.holdsOver(from, 'experiment', [experiment])).get(experiment)?.[0])
  }

  return {
    place,
    lift,
    get: (id: HoldId) => get(db, id),
    list: async (query: { lifted: boolean }) => named(db, await store.listHolds(db, query)),
    refusePath,
    refuseExperiment,
  }
}

function refuse(hold: HoldRow | undefined): void {
  if (!hold) return
  throw forbidden(`a hold on ${hold.kind.replace('_', ' ')} ${hold.subject_id} keeps it: ${hold.reason}`, {
    rule: 'hold',
    hold: hold.id,
  })
}

const thingOf = (kind: HoldSubject, id: string): Thing => `${kind}:${id}`

async function findSubject(db: Db, kind: HoldSubject, id: string): Promise<{ id: string; name: string }> {
  if (kind === 'model') {
    const byName = await db
      .selectFrom('model')
      .select(['id', 'name'])
      .where((eb) => eb.or([eb('id', '=', id), eb.and([eb('name', '=', id), eb('deleted_at', 'is', null)])]))
      .orderBy('id')
      .executeTakeFirst()
    if (!byName) throw notFound('model', id)
    return byName
  }
  const name = (await namesOf(db, kind, [id])).get(id)
  if (name === undefined) throw notFound(kind.replace('_', ' '), id)
  return { id, name }
}

async function named(db: Db, rows: readonly HoldRow[]): Promise<Hold[]> {
  const names = new Map<string, string>()
  for (const [kind, group] of Map.groupBy(rows, (row) => row.kind)) {
    const found = await namesOf(
      db,
      kind,
      group.map((row) => row.subject_id),
    )
    for (const [id, name] of found) names.set(`${kind} ${id}`, name)
  }
  return rows.map(({ id, subject_id, placed_by, lifted_by, ...row }) => ({
    ...row,
    id: id as HoldId,
    subject: subject_id,
    name: names.get(`${row.kind} ${subject_id}`) ?? subject_id,
    placed_by: placed_by as PersonId,
    lifted_by: lifted_by as PersonId | null,
  }))
}

async function namesOf(db: Db, kind: HoldSubject, ids: readonly string[]): Promise<Map<string, string>> {
  const rows =
    kind === 'experiment'
      ? await trackingPurge.readPurgeExperiments(db, ids)
      : kind === 'run'
        ? await trackingPurge.readPurgeRuns(db, ids)
        : kind === 'logged_model'
          ? await trackingPurge.readPurgeModels(db, ids)
          : await registryPurge.readModels(db, ids)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
