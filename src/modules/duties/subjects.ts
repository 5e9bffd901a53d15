import type { Db } from '../../db/database.ts'
import { inParts } from '../../db/in-parts.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import { type Actor, modelsOf, type Permission, permits } from '../access/schema.ts'
import { getModel } from '../registry/index.ts'
import type { Tier } from '../registry/schema.ts'
import { findSystem, listSystems, systemNames } from '../systems/index.ts'
import type { MatrixQuery, Subject, SubjectType } from './schema.ts'

/** A record that somebody answers for. `models` are those through which a role on a model opens it. */
export type KnownSubject = Subject & { readonly models: readonly string[] }

type Holder = Pick<Actor, 'grants' | 'scopes'>

/** A role on one model opens that model, and the systems that it serves. */
export const sees = (holder: Holder, permission: Permission, { models }: Pick<KnownSubject, 'models'>) =>
  permits(holder, permission) || models.some((model) => permits(holder, permission, model))

/** Who assigns duties on a system does so in the whole workspace. */
export const mayAssign = (actor: Holder, { type, name }: Pick<Subject, 'type' | 'name'>) =>
  permits(actor, 'duty.write', type === 'model' ? name : undefined)

export async function getSubject(db: Db, type: SubjectType, name: string): Promise<KnownSubject> {
  switch (type) {
    case 'model': {
      const model = await getModel(db, name)
      if (model.kind !== 'model') throw badRequest('nobody answers for a prompt by itself')
      return { type, id: model.id, name: model.name, models: [model.name] }
    }
    case 'system': {
      const system = await findSystem(db, name)
      if (!system || system.retired_at !== null) throw notFound('system', name)
      return { type, id: system.id, name: system.name, models: system.models }
    }
  }
}

/** Records that are there, by type and id. */
export async function knownSubjects(
  db: Db,
  refs: readonly { subject_type: string; subject_id: string }[],
): Promise<(ref: { subject_type: string; subject_id: string }) => KnownSubject | undefined> {
  const idsOf = (type: SubjectType) => refs.filter((ref) => ref.subject_type === type).map((ref) => ref.subject_id)
  const models = await inParts([...new Set(idsOf('model'))], (part) =>
    db.selectFrom('model').select(['id', 'name']).where('id', 'in', part).where('deleted_at', 'is', null).execute(),
  )
  const modelById = new Map(models.map(({ id, name }) => [id, name]))
  const systems = await systemNames(db, idsOf('system'))
  return ({ subject_type, subject_id: id }) => {
    if (subject_type === 'system') {
      const system = systems.get(id)
      return system && { type: 'system', id, ...system }
    }
    const name = modelById.get(id)
    return name === undefined ? undefined : { type: 'model', id, name, models: [name] }
  }
}

export type Row = KnownSubject & { readonly tier: Tier | null }

/** Records of one type that the actor may see, in the order of their names. */
export async function visibleSubjects(db: Db, actor: Holder, { type, search, name }: MatrixQuery): Promise<Row[]> {
  const word = search?.trim().toLowerCase() ?? ''
  const fits = (row: Row) => (name === undefined || row.name === name) && row.name.toLowerCase().includes(word)
  const rows = type === 'model' ? await modelRows(db, actor) : await systemRows(db, actor)
  // The engines order texts differently; names continue a page, so their order is that of the code.
  return rows.filter(fits).sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function modelRows(db: Db, actor: Holder): Promise<Row[]> {
  const seen = modelsOf(actor, 'registry.read')
  const rows = await db
    .selectFrom('model')
    .select(['id', 'name', 'tier'])
    .where('deleted_at', 'is', null)
    .where('kind', '=', 'model')
    .execute()
  return rows
    .filter(({ name }) => seen === 'all' || seen.includes(name))
    .map(({ id, name, tier }) => ({ type: 'model', id, name, tier: tier as Tier | null, models: [name] }))
}

async function systemRows(db: Db, actor: Holder): Promise<Row[]> {
  const systems = (await listSystems(db)).filter(({ retired_at }) => retired_at === null)
  return systems
    .map(({ id, name, tier, models }) => ({ type: 'system' as const, id, name, tier, models }))
    .filter((row) => sees(actor, 'registry.read', row))
}
