import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { Access } from '../../modules/access/index.ts'
import type { Grant, Person, Role } from '../../modules/access/schema.ts'
import type { Registry } from '../../modules/registry/index.ts'
import { readPermission } from '../../modules/tracking/index.ts'
import type { ExperimentPermission } from '../../modules/tracking/schema.ts'
import { createAccounts } from './accounts.ts'
import { alreadyExists, doesNotExist } from './errors.ts'
import { fieldsIn } from './fields.ts'

/** A permission on a model is a role on it. What MLflow calls MANAGE includes nothing that the role does not. */
const roleOf: Partial<Record<ExperimentPermission, Role>> = {
  READ: 'contributor',
  USE: 'contributor',
  EDIT: 'developer',
  MANAGE: 'developer',
}

const permissionOf = (grant: Grant | undefined): ExperimentPermission | undefined =>
  grant && (grant.role === 'developer' || grant.role === 'administrator' ? 'EDIT' : 'READ')

function roleOn(person: Person, model: string): Grant | undefined {
  const held = person.grants.filter((grant) => grant.model === model)
  return held.find((grant) => permissionOf(grant) === 'EDIT') ?? held[0]
}

export function modelPermissionsOf(person: Person, number: number) {
  const models = new Set(person.grants.flatMap(({ model }) => (model === null ? [] : [model])))
  return [...models].sort().map((name) => ({
    name,
    permission: permissionOf(roleOn(person, name)),
    user_id: number,
  }))
}

type Parts = { access: Access; at: (req: FastifyRequest) => { registry: Registry } }

/** MLflow's permissions on registered models over our roles on models. Administrators give them, and nobody else. */
export function mlflowModelPermissions({ access, at }: Parts): FastifyPluginAsync {
  const peopleOf = (req: FastifyRequest) => access.in(req.workspace).people
  const usersOf = (req: FastifyRequest) => createAccounts(access.in(req.workspace))
  const url = '/mlflow/registered-models/permissions'

  async function asked(req: FastifyRequest) {
    const fields = fieldsIn(req)
    const name = fields.requiredText('name')
    const username = fields.requiredText('username')
    const { person, number } = await usersOf(req).named(username)
    await at(req).registry.models.get(name)
    const held = roleOn(person, name)
    const missing = () =>
      doesNotExist(`Registered model permission with name=${name} and username=${username} not found`)
    return { fields, name, username, person, number, held, missing }
  }

  function roleFor(text: string, name: string): Grant {
    const role = roleOf[readPermission(text)]
    if (role) return { role, model: name }
    throw badRequest('Roles on models only add to what people may do; to let somebody in no longer, take roles away.')
  }

  return async (app) => {
    app.post(`${url}/create`, { config: { requires: 'access.write' } }, async (req) => {
      const { fields, name, username, person, number, held } = await asked(req)
      const grant = roleFor(fields.requiredText('permission'), name)
      if (held) throw alreadyExists(`Registered model permission (name=${name}, username=${username}) already exists.`)
      await peopleOf(req).grant(req.actor, person.id, grant)
      return { registered_model_permission: { name, permission: permissionOf(grant), user_id: number } }
    })

    app.get(`${url}/get`, { config: { requires: 'access.write' } }, async (req) => {
      const { name, number, held, missing } = await asked(req)
      if (!held) throw missing()
      return { registered_model_permission: { name, permission: permissionOf(held), user_id: number } }
    })

    app.patch(`${url}/update`, { config: { requires: 'access.write' } }, async (req) => {
      const { fields, name, person, held, missing } = await asked(req)
      const grant = roleFor(fields.requiredText('permission'), name)
      if (!held) throw missing()
      if (held.role === grant.role) return {}
      await peopleOf(req).grant(req.actor, person.id, grant)
      await peopleOf(req).revokeGrant(req.actor, person.id, held)
      return {}
    })

    app.delete(`${url}/delete`, { config: { requires: 'access.write' } }, async (req) => {
      const { person, held, missing } = await asked(req)
      if (!held) throw missing()
      await peopleOf(req).revokeGrant(req.actor, person.id, held)
      return {}
    })
  }
}
