import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  AdministratorInput,
  ArchiveInput,
  CreateWorkspaceInput,
  UpdateWorkspaceInput,
  WorkspaceContent,
  WorkspaceInfo,
} from './schema.ts'
import type { Workspaces } from './service.ts'

/** The list of workspaces. These routes belong to the server, so permissions are those held in `main`. */
export function workspaceRoutes(workspaces: Workspaces): FastifyPluginAsyncZod {
  return async (app) => {
    const tags = ['workspaces']
    const params = z.object({ name: z.string().max(200) })

    app.get('/workspaces', {
      config: { requires: 'signed-in', server: true },
      schema: {
        tags,
        summary: 'Workspaces that you have a role in; for administrators of main, all of them',
        response: { 200: z.object({ workspaces: z.array(WorkspaceInfo) }) },
      },
      handler: async (req) => ({ workspaces: await workspaces.list(req.actor) }),
    })

    app.post('/workspaces', {
      config: { requires: 'access.write', server: true },
      schema: {
        tags,
        summary: 'Create a workspace and administer it',
        body: CreateWorkspaceInput,
        response: { 200: WorkspaceInfo },
      },
      handler: (req) => workspaces.create(req.actor, req.body),
    })

    app.get('/workspaces/:name', {
      config: { requires: 'signed-in', server: true },
      schema: { tags, summary: 'One workspace', params, response: { 200: WorkspaceInfo } },
      handler: (req) => workspaces.find(req.actor, req.params.name),
    })

    app.patch('/workspaces/:name', {
      config: { requires: 'signed-in', server: true },
      schema: {
        tags,
        summary: 'Describe a workspace and say where its artifacts go; for its administrators and those of main',
        params,
        body: UpdateWorkspaceInput,
        response: { 200: WorkspaceInfo },
      },
      handler: (req) => workspaces.update(req.actor, req.params.name, req.body),
    })

    app.get('/workspaces/:name/content', {
      config: { requires: 'signed-in', server: true },
      schema: { tags, summary: 'How much a workspace holds', params, response: { 200: WorkspaceContent } },
      handler: (req) => workspaces.content(req.actor, req.params.name),
    })

    app.post('/workspaces/:name/archive', {
      config: { requires: 'signed-in', server: true },
      schema: {
        tags,
        summary: 'Keep a workspace readable and let nobody change it; for its administrators and those of main',
        params,
        body: ArchiveInput,
        response: { 200: WorkspaceInfo },
      },
      handler: (req) => workspaces.archive(req.actor, req.params.name, req.body.reason),
    })

    app.post('/workspaces/:name/restore', {
      config: { requires: 'signed-in', server: true },
      schema: {
        tags,
        summary: 'Take an archived workspace into use again',
        params,
        response: { 200: WorkspaceInfo },
      },
      handler: (req) => workspaces.restore(req.actor, req.params.name),
    })

    app.post('/workspaces/:name/administrators', {
      config: { requires: 'access.write', server: true },
      schema: {
        tags,
        summary: 'Make somebody an administrator of a workspace',
        params,
        body: AdministratorInput,
        response: { 200: WorkspaceInfo },
      },
      handler: (req) => workspaces.appoint(req.actor, req.params.name, req.body.person),
    })

    app.delete('/workspaces/:name', {
      config: { requires: 'access.write', server: true },
      schema: {
        tags,
        summary: 'Delete a workspace that is empty, or one that is archived when confirm repeats its name',
        params,
        querystring: z.strictObject({ confirm: z.string().optional() }),
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await workspaces.remove(req.actor, req.params.name, req.query.confirm)
        return reply.code(204).send(null)
      },
    })
  }
}
