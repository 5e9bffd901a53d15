import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { badRequest, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import { sendFile } from '../artifacts/index.ts'
import { AliasInput, AliasMove } from '../gate/schema.ts'
import {
  InventoryPage,
  InventoryQuery,
  Model,
  ModelInput,
  ModelName,
  ModelUpdate,
  ModelVersion,
  VersionSummary,
} from './schema.ts'
import type { Registry } from './service.ts'

/** Who moves aliases: the registry itself, or whoever asks the gate first. */
export type AliasMover = {
  move(actor: Actor, model: string, alias: string, version: number): Promise<AliasMove>
}

export type RegistryRouteParts = {
  at: (req: FastifyRequest) => Registry
  aliases?: (req: FastifyRequest) => AliasMover
  /** Names of the accounts among these ids. */
  names: (ids: readonly string[]) => Promise<Map<string, string>>
}

export const ownAliases = (registry: Registry): AliasMover => ({
  async move(actor, model, alias, version) {
    await registry.models.moveAlias(actor, model, alias, version)
    return { outcome: 'moved', alias, version, verdict: null }
  },
})

/** Models, versions and aliases. */
export function registryRoutes({
  at,
  names,
  aliases = (req) => ownAliases(at(req)),
}: RegistryRouteParts): FastifyPluginAsyncZod {
  const tags = ['registry']
  const byName = z.object({ name: ModelName })
  const byVersion = byName.extend({ version: z.string().min(1) })
  const byAlias = byName.extend({ alias: z.string().min(1).max(255) })
  const reads = { requires: 'registry.read', model: { param: 'name' } } as const
  const writes = { requires: 'registry.write', model: { param: 'name' } } as const

  return async (app) => {
    app.get('/models', {
      config: { requires: 'registry.read', model: 'any' },
      schema: { tags, summary: 'The model inventory', querystring: InventoryQuery, response: { 200: InventoryPage } },
      handler: (req) => at(req).inventory(req.actor, req.query),
    })

    app.post('/models', {
      config: { requires: 'registry.write', model: { body: 'name' } },
      schema: { tags, summary: 'Register a model', body: ModelInput, response: { 200: Model } },
      handler: (req) => at(req).models.create(req.actor, req.body),
    })

    app.get('/models/:name', {
      config: reads,
      schema: { tags, summary: 'One model', params: byName, response: { 200: Model } },
      handler: (req) => at(req).models.get(req.params.name),
    })

    app.patch('/models/:name', {
      config: writes,
      schema: {
        tags,
        summary: 'Change what is known of a model',
        params: byName,
        body: ModelUpdate,
        response: { 200: Model },
      },
      handler: async (req) => {
        const { owner } = req.body
        if (owner && !(await names([owner])).has(owner)) throw badRequest(`no account ${owner} could own a model`)
        return at(req).models.update(req.actor, req.params.name, req.body)
      },
    })

    app.get('/models/:name/versions', {
      config: reads,
      schema: {
        tags,
        summary: 'Versions of a model, newest first',
        params: byName,
        response: { 200: z.object({ versions: z.array(VersionSummary) }) },
      },
      handler: async (req) => {
        const { name } = await at(req).models.get(req.params.name)
        return { versions: await at(req).versions.linesOf([name]) }
      },
    })

    app.get('/models/:name/versions/:version', {
      config: reads,
      schema: {
        tags,
        summary: 'One version, by number, by alias or as latest',
        params: byVersion,
        response: { 200: ModelVersion },
      },
      handler: (req) => at(req).versions.get(req.params.name, req.params.version),
    })

    app.get('/models/:name/versions/:version/files/*', {
      config: { requires: 'artifacts.read', model: { param: 'name' } },
      schema: { tags, summary: 'A sealed file, by its digest', params: byVersion.extend({ '*': z.string() }) },
      handler: async (req, reply) => {
        const { name, version, '*': path } = req.params
        const { manifest } = await at(req).versions.get(name, version)
        const file = manifest.files.find((one) => one.path === path)
        if (!file) throw notFound('file', path)
        const { size, sha256, media_type } = file
        return sendFile(req, reply, at(req).blobs, {
          name: path.slice(path.lastIndexOf('/') + 1),
          digest: sha256,
          size,
          media_type,
        })
      },
    })

    app.put('/models/:name/aliases/:alias', {
      config: writes,
      schema: {
        tags,
        summary: 'Move an alias; a protected one moves only if the gate allows it',
        params: byAlias,
        body: AliasInput,
        response: { 200: AliasMove },
      },
      handler: (req) => aliases(req).move(req.actor, req.params.name, req.params.alias, req.body.version),
    })

    app.delete('/models/:name/aliases/:alias', {
      config: writes,
      schema: { tags, summary: 'Delete an alias', params: byAlias, response: { 204: z.null() } },
      handler: async (req, reply) => {
        const mayUnprotect = permits(req.actor, 'environment.write')
        await at(req).models.deleteAlias(req.actor, req.params.name, req.params.alias, mayUnprotect)
        return reply.code(204).send(null)
      },
    })
  }
}
