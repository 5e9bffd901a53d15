import type { Db } from '../../db/database.ts'
import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Thing } from '../audit/schema.ts'
import { refuseEscalation } from './escalation.ts'
import { readPermissions } from './held.ts'
import type { AccessParts } from './people.ts'
import * as store from './roles-store.ts'
import {
  type Actor,
  Permission,
  permissionsOf,
  Role,
  type RoleChange,
  type RoleDefinition,
  type RoleInput,
  type RoleName,
} from './schema.ts'

const described: Record<Role, string> = {
  administrator: 'Everything, also who may do what.',
  developer: 'Trains, registers versions and asks for reviews.',
  contributor: 'Writes to experiments of their own.',
  validator: 'Evaluates, and decides in reviews.',
  approver: 'Decides in reviews.',
  auditor: 'Reads everything, also the trail, and changes nothing.',
}

/** What a role stands for; `bad_request` when the workspace knows no such role. */
export async function demandRole(db: Db, workspace: string, name: RoleName): Promise<readonly Permission[]> {
  const known = Role.safeParse(name)
  if (known.success) return permissionsOf[known.data]
  const row = await store.findRole(db, workspace, name)
  if (!row)
    throw badRequest(
      `there is no role ${name}; roles are ${Role.options.join(', ')} and those the workspace has defined`,
    )
  return readPermissions(row.permissions)
}

/** Roles of a workspace: the built-in ones, and named sets of permissions that its administrators define. */
export function createRoles({ db, write, clock }: AccessParts, workspace: string) {
  const thing = (name: string): Thing => `role:${workspace}/${name}`

  async function list(from: Db = db): Promise<RoleDefinition[]> {
    const holders = await store.countHolders(from, workspace)
    const builtIn = Role.options.map((name) => ({
      name,
      built_in: true,
      description: described[name],
      permissions: [...permissionsOf[name]],
      version: 1,
      holders: holders.get(name) ?? 0,
      updated_at: null,
    }))
    const defined = (await store.listRoles(from, workspace)).map((row) => ({
      name: row.name,
      built_in: false,
      description: row.description,
      permissions: readPermissions(row.permissions),
      version: row.version,
      holders: holders.get(row.name) ?? 0,
      updated_at: row.updated_at,
    }))
    return [...builtIn, ...defined]
  }

  async function get(name: RoleName, from: Db = db): Promise<RoleDefinition> {
    const found = (await list(from)).find((role) => role.name === name)
    if (!found) throw notFound('role', name)
    return found
  }

  function define(actor: Actor, input: RoleInput): Promise<RoleDefinition> {
    const permissions = inOrder(input.permissions)
    return write(actor, async (tx, record) => {
      if (Role.safeParse(input.name).success || (await store.findRole(tx, workspace, input.name))) {
        throw conflict(`there is already a role ${input.name}`)
      }
      refuseEscalation(actor, permissions, null)
      const { name, description } = input
      await store.insertRole(tx, {
        workspace,
        name,
        description,
        permissions: JSON.stringify(permissions),
        version: 1,
        updated_at: isoNow(clock),
      })
      record('role.defined', thing(name), { workspace, name, version: 1, description, permissions })
      return get(name, tx)
    })
  }

  /** Whoever holds the role may from now on what it says. */
  function change(actor: Actor, name: RoleName, input: RoleChange): Promise<RoleDefinition> {
    const permissions = inOrder(input.permissions)
    return write(actor, async (tx, record) => {
      const before = await demandDefined(tx, name)
      refuseEscalation(actor, permissions, null)
      const set = {
        description: input.description,
        permissions: JSON.stringify(permissions),
        version: input.version + 1,
        updated_at: isoNow(clock),
      }
      if (!(await store.changeRole(tx, workspace, name, input.version, set))) {
        throw conflict(`the role ${name} is at version ${before.version}; look at it again`)
      }
      const shown = ({ description, permissions }: Pick<RoleDefinition, 'description' | 'permissions'>) => ({
        description,
        permissions,
      })
      const detail = { before: shown(before), after: shown({ description: input.description, permissions }) }
      record('role.changed', thing(name), { workspace, name, version: set.version, ...detail })
      return get(name, tx)
    })
  }

  /** A role that somebody holds stays; the refusal says who. */
  function remove(actor: Actor, name: RoleName): Promise<void> {
    return write(actor, async (tx, record) => {
      const before = await demandDefined(tx, name)
      const holders = await store.holdersOf(tx, workspace, name)
      if (holders.length > 0) {
        const who = holders.map(({ login, model }) => (model === '' ? login : `${login} (${model})`))
        throw conflict(`the role ${name} is held by ${who.join(', ')}; take it away first`, {
          holders: holders.map(({ id, login, model }) => ({ id, login, model: model === '' ? null : model })),
        })
      }
      await store.deleteRole(tx, workspace, name)
      const { version, permissions } = before
      record('role.removed', thing(name), { workspace, name, version, before: { permissions } })
    })
  }

  async function demandDefined(from: Db, name: RoleName): Promise<RoleDefinition> {
    const role = await get(name, from)
    if (role.built_in) throw conflict(`the role ${name} is built in and stays as it is`)
    return role
  }

  return { list, get, define, change, remove }
}

const inOrder = (permissions: readonly Permission[]) => Permission.options.filter((each) => permissions.includes(each))
