import type { Db } from '../../db/database.ts'
import { type HeldGrant, Permission, Role, type SeatId } from './schema.ts'

/**
 * The roles that people hold in a workspace, by person: those they were given, with what a defined role stands for, and the
 * auditor's role of seats that nobody closed. What has ended by its time is among them: whoever decides something compares
 * `until` with the moment.
 */
export async function heldGrants(db: Db, workspace: string, person?: string): Promise<Map<string, HeldGrant[]>> {
  const held = new Map<string, HeldGrant[]>()
  const add = (id: string, grant: HeldGrant) => {
    const list = held.get(id)
    if (list) list.push(grant)
    else held.set(id, [grant])
  }
  const given = await (person === undefined
    ? db.selectFrom('person_grant').selectAll().where('workspace', '=', workspace)
    : db.selectFrom('person_grant').selectAll().where('workspace', '=', workspace).where('person_id', '=', person)
  )
    .orderBy('role')
    .orderBy('model')
    .execute()
  const defined = given.every(({ role }) => isBuiltIn(role)) ? undefined : await definedRoles(db, workspace)
  for (const { person_id, role, model, source } of given) {
    const permissions = isBuiltIn(role) ? undefined : (defined?.get(role) ?? [])
    add(person_id, {
      role,
      model: model === '' ? null : model,
      ...(permissions ? { permissions } : {}),
      ...(source === null ? {} : { source }),
    })
  }
  for (const seat of await openSeats(db, workspace, person)) {
    const models = seat.models === null ? [null] : (JSON.parse(seat.models) as string[])
    for (const model of models) {
      add(seat.person_id, { role: 'auditor', model, until: seat.ends_at, seat: seat.id as SeatId })
    }
  }
  return held
}

const isBuiltIn = (role: string) => Role.safeParse(role).success

async function definedRoles(db: Db, workspace: string): Promise<Map<string, Permission[]>> {
  const rows = await db.selectFrom('custom_role').selectAll().where('workspace', '=', workspace).execute()
  return new Map(rows.map(({ name, permissions }) => [name, readPermissions(permissions)]))
}

/** Permissions as they are stored; one that the product does not know permits nothing. */
export function readPermissions(text: string): Permission[] {
  return (JSON.parse(text) as string[]).flatMap((each) => {
    const known = Permission.safeParse(each)
    return known.success ? [known.data] : []
  })
}

function openSeats(db: Db, workspace: string, person: string | undefined) {
  const open = db
    .selectFrom('auditor_seat')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('closed_at', 'is', null)
    .orderBy('ends_at')
    .orderBy('id')
  return (person === undefined ? open : open.where('person_id', '=', person)).execute()
}
