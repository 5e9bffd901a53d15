import type { FastifyContextConfig, FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify'
import type { Permission } from '../../modules/access/schema.ts'
import type { View } from '../../modules/tracking/index.ts'
import { answer } from './answer.ts'
import { type Fields, fieldsIn } from './fields.ts'

export type MlflowHandler = (req: FastifyRequest, fields: Fields) => Promise<object | undefined>

/** One route in MLflow's manner: fields in, an answer without unset fields out; `{}` when there is nothing to say. */
export function mlflowRoute(
  app: FastifyInstance,
  method: HTTPMethods | HTTPMethods[],
  url: string,
  requires: Permission,
  handler: MlflowHandler,
  further: Pick<FastifyContextConfig, 'experiment' | 'rate'> = {},
) {
  app.route({
    method,
    url,
    config: { requires, ...further },
    handler: async (req) => answer((await handler(req, fieldsIn(req))) ?? {}),
  })
}

const views = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 }
export const viewIn = (fields: Fields, key: string): View => fields.choice(key, views) ?? 'ACTIVE_ONLY'

export const tagsIn = (fields: Fields) =>
  fields.list('tags', (tag) => ({ key: tag.text('key') ?? '', value: tag.text('value') ?? '' }))
