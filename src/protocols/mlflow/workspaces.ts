import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, badRequest } from '../../lib/errors.ts'
import type { Workspaces } from '../../modules/workspaces/index.ts'
import {
  firstWorkspace,
  mlflowFirstWorkspace,
  nameProblem,
  type WorkspaceInfo,
} from '../../modules/workspaces/schema.ts'
import { alreadyExists, doesNotExist } from './errors.ts'
import { type Fields, fieldsIn } from './fields.ts'

type Parts = {
  workspaces: Workspaces
  /** Whether clients see workspaces at all; they ask `server-info` before they send the header. */
  enabled: () => Promise<boolean>
}

const url = '/mlflow/workspaces'
const modes = ['RESTRICT', 'CASCADE', 'SET_DEFAULT'] as const

/** MLflow's workspaces over ours, below `/api/3.0`. Its `default` is our `main`. */
export function mlflowWorkspaces({ workspaces, enabled }: Parts): FastifyPluginAsync {
  return async (app) => {
    app.get('/mlflow/server-info', { config: { requires: 'public' } }, async () => ({
      store_type: 'SqlStore',
      workspaces_enabled: await enabled(),
    }))

    const inspect = { config: { requires: 'signed-in', server: true } } as const
    const manage = { config: { requires: 'access.write', server: true } } as const

    const whenEnabled =
      (handler: (req: FastifyRequest, reply: FastifyReply) => Promise<object>) =>
      async (req: FastifyRequest, reply: FastifyReply) =>
        (await enabled()) ? handler(req, reply) : disabled(reply)

    app.get(
      url,
      inspect,
      whenEnabled(async (req) => ({ workspaces: (await workspaces.list(req.actor)).map(toMlflow) })),
    )

    app.post(
      url,
      manage,
      whenEnabled(async (req, reply) => {
        const fields = fieldsIn(req)
        const name = fields.requiredText('name')
        if (name === mlflowFirstWorkspace) throw reserved('created')
        const problem = nameProblem(name)
        if (problem) throw badRequest(problem)
        const { description, artifact_root } = changeIn(fields)
        const made = await workspaces.create(req.actor, { name, description, artifact_root }).catch(
          inItsWords(name, () => {
            throw alreadyExists(`Workspace '${name}' already exists.`)
          }),
        )
        return reply.code(201).send({ workspace: toMlflow(made) })
      }),
    )

    app.get(
      `${url}/:workspace_name`,
      inspect,
      whenEnabled(async (req) => {
        const name = named(req)
        return { workspace: toMlflow(await workspaces.find(req.actor, name).catch(inItsWords(name))) }
      }),
    )

    app.patch(
      `${url}/:workspace_name`,
      inspect,
      whenEnabled(async (req) => {
        const name = named(req)
        const change = changeIn(fieldsIn(req))
        if (change.description === undefined && change.artifact_root === undefined) {
          throw badRequest('Workspace update must have at least one key')
        }
        return { workspace: toMlflow(await workspaces.update(req.actor, name, change).catch(inItsWords(name))) }
      }),
    )

    app.delete(
      `${url}/:workspace_name`,
      manage,
      whenEnabled(async (req, reply) => {
        const name = named(req)
        if (name === firstWorkspace) throw reserved('deleted')
        demandRestrict((req.query as Record<string, unknown>).mode)
        await workspaces.remove(req.actor, name).catch(inItsWords(name))
        return reply.code(204).send()
      }),
    )
  }
}

const changeIn = (fields: Fields) => ({
  description: fields.text('description'),
  artifact_root: fields.text('default_artifact_root'),
})

const toMlflow = ({ name, description, artifact_root }: WorkspaceInfo) => ({
  name: name === firstWorkspace ? mlflowFirstWorkspace : name,
  ...(description === null ? {} : { description }),
  ...(artifact_root === null ? {} : { default_artifact_root: artifact_root }),
})

function named(req: FastifyRequest): string {
  const { workspace_name } = req.params as { workspace_name: string }
  if (workspace_name === mlflowFirstWorkspace || workspace_name === firstWorkspace) return firstWorkspace
  const problem = nameProblem(workspace_name)
  if (problem) throw badRequest(problem)
  return workspace_name
}

/** Tells MLflow's clients in MLflow's words what they look for in the text of an error. */
function inItsWords(name: string, onConflict?: () => never) {
  return (error: unknown): never => {
    if (error instanceof AppError && error.code === 'not_found') throw doesNotExist(`Workspace '${name}' not found`)
    if (error instanceof AppError && error.code === 'conflict' && onConflict) onConflict()
    throw error
  }
}

const reserved = (done: 'created' | 'deleted') =>
  badRequest(`The '${mlflowFirstWorkspace}' workspace is reserved and cannot be ${done}`)

/** Signed statements name bytes and people of their workspace, so its content neither moves nor goes with one request. */
function demandRestrict(mode: unknown) {
  const wanted = mode ?? 'RESTRICT'
  if (!modes.some((known) => known === wanted)) {
    throw badRequest(`Invalid workspace deletion mode '${String(wanted)}'. Expected one of: ${modes.join(', ')}.`)
  }
  if (wanted === 'RESTRICT') return
  throw badRequest(
    `The mode ${wanted} is not served: a workspace that holds something is archived first, and then deleted in Modelkeep by whoever repeats its name.`,
  )
}

const disabled = (reply: FastifyReply) =>
  reply
    .code(503)
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(
      'MLflow clients see workspaces as soon as there is a second one: run modelkeep workspace create, or start the server with MODELKEEP_WORKSPACES=on.',
    )
