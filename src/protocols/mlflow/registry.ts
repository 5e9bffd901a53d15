import type { FastifyContextConfig, FastifyInstance, FastifyPluginAsync, FastifyRequest, HTTPMethods } from 'fastify'
import { badRequest, forbidden } from '../../lib/errors.ts'
import { type Permission, permits } from '../../modules/access/schema.ts'
import { unmetText } from '../../modules/gate/index.ts'
import { type AliasMover, ownAliases, type Registry } from '../../modules/registry/index.ts'
import { answer } from './answer.ts'
import { invalidParameter, missingParameter } from './errors.ts'
import { type Fields, fieldsIn } from './fields.ts'
import {
  inMlflowWords,
  modelMessage,
  readOffset,
  tagsIn,
  versionIn,
  versionMessage,
  versionOf,
  writeOffset,
} from './registry-messages.ts'

export type MlflowRegistryParts = {
  at: (req: FastifyRequest) => Registry
  /** Who moves aliases; the registry itself refuses those that an environment protects. */
  aliases?: (req: FastifyRequest) => AliasMover
  /** Names of models on which somebody holds a role. */
  namesWithRoles?: (req: FastifyRequest) => Promise<ReadonlySet<string>>
}

type Handler = (req: FastifyRequest, fields: Fields) => Promise<object>

const models = '/mlflow/registered-models'
const versions = '/mlflow/model-versions'
const limits = { models: { most: 1000, usual: 100 }, versions: { most: 200_000, usual: 10_000 } }

/** Registered models, their versions and aliases, in MLflow's words. */
export function mlflowRegistry({
  at,
  aliases = (req) => ownAliases(at(req)),
  namesWithRoles = async () => new Set(),
}: MlflowRegistryParts): FastifyPluginAsync {
  const latestOf = (req: FastifyRequest, model: { id: `mdl_${string}` }) => at(req).versions.latestByStage([model.id])

  async function oneModel(req: FastifyRequest, name: string) {
    const model = await at(req).models.get(name)
    return { registered_model: modelMessage(model, await latestOf(req, model)) }
  }

  return async (app) => {
    const read = (url: string, handler: Handler, method: HTTPMethods = 'GET') =>
      route(app, method, url, 'registry.read', method === 'GET' ? 'query' : 'body', handler)
    const write = (method: HTTPMethods, url: string, handler: Handler) =>
      route(app, method, url, 'registry.write', 'body', handler)

    write('POST', `${models}/create`, async (req, fields) => {
      const name = fields.requiredText('name')
      const description = fields.text('description') ?? ''
      const tags = tagsIn(fields)
      const model = await at(req).models.create(req.actor, { name, description, purpose: '', tier: null, tags })
      return { registered_model: modelMessage(model, []) }
    })

    read(`${models}/get`, (req, fields) => oneModel(req, fields.requiredText('name')))

    write('PATCH', `${models}/update`, async (req, fields) => {
      const name = fields.requiredText('name')
      await at(req).models.update(req.actor, name, { description: fields.text('description') })
      return oneModel(req, name)
    })

    write('POST', `${models}/rename`, async (req, fields) => {
      const name = fields.requiredText('name')
      const next = fields.requiredText('new_name')
      if (!permits(req.actor, 'registry.write', next)) {
        throw forbidden('this needs the permission registry.write on the new name, too')
      }
      // Roles are held on a name: with a rename they would open another model than they were given for.
      if (!permits(req.actor, 'access.write')) {
        const named = await namesWithRoles(req)
        const held = [name, next].find((one) => named.has(one))
        if (held !== undefined) throw forbidden(`roles are held on the model ${held}, so an administrator renames it`)
      }
      await at(req).models.rename(req.actor, name, next)
      return oneModel(req, next)
    })

    write('DELETE', `${models}/delete`, async (req, fields) => {
      await at(req).models.remove(req.actor, fields.requiredText('name'))
      return {}
    })

    write('POST', `${models}/set-tag`, async (req, fields) => {
      const name = fields.requiredText('name')
      const key = fields.requiredText('key')
      await at(req).models.setTag(req.actor, name, { key, value: fields.text('value') ?? '' })
      return {}
    })

    write('DELETE', `${models}/delete-tag`, async (req, fields) => {
      const name = fields.requiredText('name')
      await at(req).models.deleteTag(req.actor, name, fields.requiredText('key'))
      return {}
    })

    route(app, 'GET', `${models}/search`, 'registry.read', 'any', async (req, fields) => {
      const { search, next } = pageOf(fields, limits.models)
      const { items, more } = await at(req).searchModels(req.actor, search)
      const latest = await at(req).versions.latestByStage(items.map((model) => model.id))
      const registered_models = items.map((model) =>
        modelMessage(
          model,
          latest.filter((line) => line.model_id === model.id),
        ),
      )
      return { registered_models, next_page_token: more ? next : undefined }
    })

    for (const method of ['GET', 'POST'] as const) {
      read(
        `${models}/get-latest-versions`,
        async (req, fields) => {
          const model = await at(req).models.get(fields.requiredText('name'))
          const wanted = fields.texts('stages').map(stageName)
          const latest = (await latestOf(req, model)).filter(
            (line) => wanted.length === 0 || wanted.includes(line.stage),
          )
          return { model_versions: latest.map((line) => versionMessage(line, { withAliases: false })) }
        },
        method,
      )
    }

    write('POST', `${models}/alias`, async (req, fields) => {
      const name = fields.requiredText('name')
      const alias = fields.requiredText('alias')
      const version = versionIn(fields)
      const outcome = await aliases(req).move(req.actor, name, alias, version)
      if (outcome.outcome === 'blocked') {
        const { verdict } = outcome
        throw forbidden(
          `The gate of ${verdict.environment} does not let ${alias} move to ${name} version ${version}: ${verdict.path}. ${unmetText(verdict.requirements)}. See verdict ${verdict.id}.`,
        )
      }
      return {}
    })

    write('DELETE', `${models}/alias`, async (req, fields) => {
      const name = fields.requiredText('name')
      const alias = fields.requiredText('alias')
      await at(req).models.deleteAlias(req.actor, name, alias, permits(req.actor, 'environment.write'))
      return {}
    })

    read(`${models}/alias`, async (req, fields) => {
      const name = fields.requiredText('name')
      const alias = fields.requiredText('alias')
      const number = await at(req).versions.numberOf(name, alias)
      if (number === undefined) throw badRequest(`Registered model alias ${alias} not found.`)
      return { model_version: versionMessage(await at(req).versions.getLine(name, number)) }
    })

    write('POST', `${versions}/create`, async (req, fields) => {
      const model = fields.requiredText('name')
      const source = fields.requiredText('source')
      const line = await at(req).versions.register(req.actor, {
        model,
        source,
        run_id: fields.text('run_id') || null,
        description: fields.text('description') ?? '',
        run_link: fields.text('run_link') ?? '',
        tags: tagsIn(fields),
      })
      return { model_version: versionMessage(line) }
    })

    read(`${versions}/get`, async (req, fields) => {
      const name = fields.requiredText('name')
      return { model_version: versionMessage(await at(req).versions.getLine(name, versionIn(fields))) }
    })

    read(`${versions}/get-download-uri`, async (req, fields) => {
      const name = fields.text('name')
      if (!name) throw badRequest("Missing value for required parameter 'name'.")
      return { artifact_uri: (await at(req).versions.getLine(name, versionOf(fields.text('version') ?? ''))).location }
    })

    write('PATCH', `${versions}/update`, async (req, fields) => {
      const name = fields.requiredText('name')
      const version = versionIn(fields)
      const line = await at(req).versions.describe(req.actor, name, version, fields.text('description') ?? '')
      return { model_version: versionMessage(line) }
    })

    write('POST', `${versions}/transition-stage`, async (req, fields) => {
      const name = fields.requiredText('name')
      const version = versionIn(fields)
      const stage = fields.requiredText('stage')
      const archive = fields.raw('archive_existing_versions') === true
      return {
        model_version: versionMessage(await at(req).versions.setStage(req.actor, name, version, stage, archive)),
      }
    })

    write('DELETE', `${versions}/delete`, async (req, fields) => {
      const name = fields.requiredText('name')
      await at(req).versions.remove(req.actor, name, versionIn(fields))
      return {}
    })

    write('POST', `${versions}/set-tag`, async (req, fields) => {
      const name = fields.requiredText('name')
      const version = versionIn(fields)
      const key = fields.requiredText('key')
      await at(req).versions.setTag(req.actor, name, version, { key, value: fields.text('value') ?? '' })
      return {}
    })

    write('DELETE', `${versions}/delete-tag`, async (req, fields) => {
      const name = fields.requiredText('name')
      const version = versionIn(fields)
      await at(req).versions.deleteTag(req.actor, name, version, fields.requiredText('key'))
      return {}
    })

    route(app, 'GET', `${versions}/search`, 'registry.read', 'any', async (req, fields) => {
      const { search, next } = pageOf(fields, limits.versions)
      const { items, more } = await at(req).searchVersions(req.actor, search)
      return {
        model_versions: items.map((line) => versionMessage(line, { withAliases: false })),
        next_page_token: more ? next : undefined,
      }
    })
  }
}

/** Model-scoped roles: the model's name stands in the query, in the body, or the handler filters. */
function route(
  app: FastifyInstance,
  method: HTTPMethods,
  url: string,
  requires: Permission,
  where: 'query' | 'body' | 'any',
  handler: Handler,
) {
  const model: NonNullable<FastifyContextConfig['model']> =
    where === 'any' ? 'any' : where === 'query' ? { query: 'name' } : { body: 'name' }
  app.route({
    method,
    url,
    config: { requires, model },
    handler: async (req) => {
      try {
        return answer(await handler(req, fieldsIn(req)))
      } catch (error) {
        throw inMlflowWords(error)
      }
    },
  })
}

function pageOf(fields: Fields, { most, usual }: { most: number; usual: number }) {
  const limit = fields.integer('max_results') ?? usual
  if (limit < 1 || limit > most) throw invalidParameter('max_results', fields.raw('max_results'))
  const offset = readOffset(fields.text('page_token'))
  const search = { filter: fields.text('filter') ?? '', order: fields.texts('order_by'), limit, offset }
  return { search, next: writeOffset(offset + limit) }
}

const stages = ['None', 'Staging', 'Production', 'Archived']

function stageName(text: string): string {
  const stage = stages.find((one) => one.toLowerCase() === text.toLowerCase())
  if (text === '') throw missingParameter('stage')
  if (!stage) throw badRequest(`Invalid Model Version stage: ${text}. Value must be one of ${stages.join(', ')}.`)
  return stage
}
