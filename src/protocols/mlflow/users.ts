import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest, forbidden } from '../../lib/errors.ts'
import type { Access } from '../../modules/access/index.ts'
import { Login, type Person, permits } from '../../modules/access/schema.ts'
import type { Tracking } from '../../modules/tracking/index.ts'
import { createAccounts } from './accounts.ts'
import { alreadyExists } from './errors.ts'
import { type Fields, fieldsIn } from './fields.ts'
import { modelPermissionsOf } from './model-permissions.ts'

type Parts = {
  access: Access
  at: (req: FastifyRequest) => { tracking: Tracking }
}

const shortestPassword = 12

const isAdministrator = (person: Pick<Person, 'grants'>) =>
  person.grants.some(({ role, model }) => role === 'administrator' && model === null)

/**
 * MLflow's users API over our accounts. Who is created here becomes a contributor: reads everything, writes to experiments of
 * their own. A deleted user is a disabled account, because the trail names it.
 */
export function mlflowUsers({ access, at }: Parts): FastifyPluginAsync {
  const { signIn } = access
  const peopleOf = (req: FastifyRequest) => access.in(req.workspace).people
  const usersOf = (req: FastifyRequest) => createAccounts(access.in(req.workspace))

  const briefly = ({ person, number }: { person: Person; number: number }) => ({
    id: number,
    is_admin: isAdministrator(person),
    username: person.login,
  })

  async function fully(req: FastifyRequest, { person, number }: { person: Person; number: number }) {
    const held = await at(req).tracking.permissions.of(person.id)
    return {
      ...briefly({ person, number }),
      experiment_permissions: held.map(({ experiment_id, permission }) => ({
        experiment_id,
        permission,
        user_id: number,
      })),
      registered_model_permissions: modelPermissionsOf(person, number),
      scorer_permissions: [],
    }
  }

  return async (app) => {
    app.post('/mlflow/users/create', { config: { requires: 'access.write' } }, async (req) => {
      const fields = fieldsIn(req)
      const username = fields.requiredText('username')
      const password = fields.requiredText('password')
      checkPassword(password)
      const login = Login.safeParse(username)
      if (!login.success) throw badRequest(`Invalid username '${username}': ${login.error.issues[0]?.message}`)
      const taken = (await peopleOf(req).list()).some((person) => person.login === login.data)
      if (taken) throw alreadyExists(`User (username=${username}) already exists.`)
      const grants = [{ role: 'contributor' as const, model: null }]
      await peopleOf(req).create(req.actor, { login: login.data, name: username, kind: 'person', password, grants })
      return { user: await fully(req, await usersOf(req).named(username)) }
    })

    app.get('/mlflow/users/get', { config: { requires: 'signed-in' } }, async (req) => {
      const username = fieldsIn(req).requiredText('username')
      if (!isOwn(req, username)) demandAdministrator(req)
      return { user: await fully(req, await usersOf(req).named(username)) }
    })

    app.get('/mlflow/users/list', { config: { requires: 'access.write' } }, async (req) => ({
      users: (await usersOf(req).visible(req.actor)).map(briefly),
    }))

    app.get('/mlflow/users/current', { config: { requires: 'signed-in' } }, async (req) => ({
      user: briefly(await usersOf(req).named(req.actor.login)),
    }))

    app.patch('/mlflow/users/update-password', { config: { requires: 'signed-in' } }, async (req) => {
      const fields = fieldsIn(req)
      const username = fields.requiredText('username')
      const password = fields.requiredText('password')
      if (!isOwn(req, username)) {
        demandAdministrator(req)
        throw forbidden(
          'People change their own password. For one that is lost, whoever has the data folder runs modelkeep reset-password.',
        )
      }
      const current = fields.text('current_password')
      if (!current) throw badRequest('Current password is required when changing your own password.')
      checkPassword(password)
      await signIn.changePassword(req.actor, current, password, req.session?.secret)
      return {}
    })

    app.patch('/mlflow/users/update-admin', { config: { requires: 'access.write' } }, async (req) => {
      const fields = fieldsIn(req)
      const { person } = await usersOf(req).named(fields.requiredText('username'))
      const wanted = wantedAdmin(fields)
      if (wanted === isAdministrator(person)) return {}
      const grant = { role: 'administrator' as const, model: null }
      const people = peopleOf(req)
      await (wanted ? people.grant(req.actor, person.id, grant) : people.revokeGrant(req.actor, person.id, grant))
      return {}
    })

    app.delete('/mlflow/users/delete', { config: { requires: 'access.write' } }, async (req) => {
      const { person } = await usersOf(req).named(fieldsIn(req).requiredText('username'))
      await peopleOf(req).disable(req.actor, person.id)
      return {}
    })
  }
}

const isOwn = (req: FastifyRequest, username: string) => username.trim().toLowerCase() === req.actor.login

function demandAdministrator(req: FastifyRequest) {
  if (!permits(req.actor, 'access.write')) throw forbidden('Permission denied')
}

function checkPassword(password: string) {
  if (password.length < shortestPassword) throw badRequest('Password must be a string longer than 12 characters.')
}

function wantedAdmin(fields: Fields): boolean {
  const wanted = fields.raw('is_admin')
  if (typeof wanted !== 'boolean') throw badRequest("Missing value for required parameter 'is_admin'.")
  return wanted
}
