import type { Db } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import { systemsOfModel } from '../systems/index.ts'
import { developersSince, standInsSince } from './store.ts'

/**
 * What duties on a model, and on the systems that it serves, say about who may decide: whoever accepted to develop it counts as a developer, and deputies as
 * whom they stand in for, at any moment since the version is there. A deputyship that ended the day before changes nothing.
 */
export async function dutiesOn(db: Db, model: string, since: string) {
  const subjects = [model, ...(await systemsOfModel(db, model))]
  const standIns = new Map<PersonId, PersonId[]>()
  for (const { person, deputy } of await standInsSince(db, subjects, since)) {
    const list = standIns.get(person as PersonId) ?? []
    list.push(deputy as PersonId)
    standIns.set(person as PersonId, list)
  }
  return { developers: await developersSince(db, subjects, since), standIns }
}
