import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Access } from '../../modules/access/index.ts'
import { readPermission, type Tracking } from '../../modules/tracking/index.ts'
import { createAccounts } from './accounts.ts'
import { alreadyExists, doesNotExist } from './errors.ts'
import type { Fields } from './fields.ts'
import { type MlflowHandler, mlflowRoute } from './route.ts'

type Parts = {
  access: Access
  at: (req: FastifyRequest) => { tracking: Tracking }
}

/** Permissions of people on experiments: given by whoever manages the experiment. */
export function mlflowExperimentPermissions({ access, at }: Parts): FastifyPluginAsync {
  const usersOf = (req: FastifyRequest) => createAccounts(access.in(req.workspace))

  async function asked(req: FastifyRequest, fields: Fields) {
    const experiment_id = fields.requiredText('experiment_id')
    const username = fields.requiredText('username')
    const { person, number } = await usersOf(req).member(req.actor, username)
    const { permissions } = at(req).tracking
    const held = await permissions.find(person.id, experiment_id)
    const missing = () =>
      doesNotExist(`Experiment permission with experiment_id=${experiment_id} and username=${username} not found`)
    return { experiment_id, username, person, number, permissions, held, missing }
  }

  return async (app) => {
    const route = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', name: string, handler: MlflowHandler) =>
      mlflowRoute(app, method, `/mlflow/experiments/permissions/${name}`, 'tracking.read', handler, {
        experiment: 'MANAGE',
      })

    route('POST', 'create', async (req, fields) => {
      const { experiment_id, username, person, number, permissions, held } = await asked(req, fields)
      const permission = readPermission(fields.requiredText('permission'))
      if (held) {
        const already = `Experiment permission (experiment_id=${experiment_id}, username=${username}) already exists.`
        throw alreadyExists(already)
      }
      await permissions.set(req.actor, person.id, experiment_id, permission)
      return { experiment_permission: { experiment_id, permission, user_id: number } }
    })

    route('GET', 'get', async (req, fields) => {
      const { experiment_id, number, held, missing } = await asked(req, fields)
      if (!held) throw missing()
      return { experiment_permission: { experiment_id, permission: held, user_id: number } }
    })

    route('PATCH', 'update', async (req, fields) => {
      const { experiment_id, person, permissions, held, missing } = await asked(req, fields)
      const permission = readPermission(fields.requiredText('permission'))
      if (!held) throw missing()
      await permissions.set(req.actor, person.id, experiment_id, permission)
      return undefined
    })

    route('DELETE', 'delete', async (req, fields) => {
      const { experiment_id, person, permissions, held, missing } = await asked(req, fields)
      if (!held) throw missing()
      await permissions.set(req.actor, person.id, experiment_id, null)
      return undefined
    })
  }
}
