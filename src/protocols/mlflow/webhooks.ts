import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { badRequest } from '../../lib/errors.ts'
import type { Notifications } from '../../modules/notifications/index.ts'
import { type Webhook, type WebhookId, WebhookName } from '../../modules/notifications/schema.ts'
import { doesNotExist, missingParameter } from './errors.ts'
import type { Fields } from './fields.ts'
import { readOffset, writeOffset } from './registry-messages.ts'
import { mlflowRoute } from './route.ts'
import { type Entity, entityActions, eventName } from './webhook-words.ts'

const url = '/mlflow/webhooks'
const mostPerPage = 1000
const usualPerPage = 100

/** Webhooks on MLflow's registry events. Those on audit events are neither shown nor changed here. */
export function mlflowWebhooks({ at }: { at: (req: FastifyRequest) => Notifications }): FastifyPluginAsync {
  async function found(req: FastifyRequest): Promise<Webhook> {
    const { webhook_id: id } = req.params as { webhook_id: string }
    const webhook = await at(req).webhooks.find(id)
    if (webhook?.format !== 'mlflow') throw doesNotExist(`Webhook with ID ${id} not found.`)
    return webhook
  }

  return async (app) => {
    mlflowRoute(app, 'POST', url, 'webhook.write', async (req, fields) => {
      const webhook = await at(req).webhooks.add(req.actor, {
        name: nameIn(fields.requiredText('name')),
        url: fields.requiredText('url'),
        description: fields.text('description') ?? '',
        format: 'mlflow',
        events: requiredEvents(fields),
        secret: fields.text('secret') || null,
        state: stateIn(fields),
      })
      return { webhook: messageOf(webhook) }
    })

    mlflowRoute(app, 'GET', url, 'webhook.read', async (req, fields) => {
      const asked = fields.integer('max_results') ?? 0
      if (asked < 0 || asked > mostPerPage) throw badRequest(`max_results must be between 1 and ${mostPerPage}.`)
      const limit = asked || usualPerPage
      const offset = readOffset(fields.text('page_token'))
      const list = await at(req).webhooks.list({ format: 'mlflow', limit: limit + 1, offset })
      return {
        webhooks: list.slice(0, limit).map(messageOf),
        next_page_token: list.length > limit ? writeOffset(offset + limit) : undefined,
      }
    })

    mlflowRoute(app, 'GET', `${url}/:webhook_id`, 'webhook.read', async (req) => ({
      webhook: messageOf(await found(req)),
    }))

    mlflowRoute(app, 'PATCH', `${url}/:webhook_id`, 'webhook.write', async (req, fields) => {
      const { id } = await found(req)
      const name = fields.text('name')
      const webhook = await at(req).webhooks.update(req.actor, id, {
        name: name === undefined ? undefined : nameIn(name),
        url: fields.text('url'),
        description: fields.text('description'),
        events: fields.raw('events') === undefined ? undefined : requiredEvents(fields),
        secret: fields.text('secret') || undefined,
        // As MLflow's server does, whose clients send the status with every change.
        state: stateIn(fields) ?? 'active',
      })
      return { webhook: messageOf(webhook) }
    })

    mlflowRoute(app, 'DELETE', `${url}/:webhook_id`, 'webhook.write', async (req) => {
      await at(req).webhooks.remove(req.actor, (await found(req)).id)
      return {}
    })

    mlflowRoute(
      app,
      'POST',
      `${url}/:webhook_id/test`,
      'webhook.write',
      async (req, fields) => {
        const { id } = await found(req)
        const event = fields.message('event')
        const delivery = await at(req).deliveries.test(req.actor, id as WebhookId, event && eventIn(event))
        return {
          result: {
            success: delivery.state === 'delivered',
            response_status: delivery.status,
            response_body: delivery.answer,
            error_message: delivery.error,
          },
        }
      },
      { rate: { burst: 20, perMinute: 30 } },
    )
  }
}

const messageOf = (webhook: Webhook) => ({
  webhook_id: webhook.id,
  name: webhook.name,
  description: webhook.description || undefined,
  url: webhook.url,
  events: webhook.events.map((event) => {
    const [entity, action] = event.toUpperCase().split('.')
    return { entity, action }
  }),
  status: webhook.state.toUpperCase(),
  creation_timestamp: Date.parse(webhook.created_at),
  last_updated_timestamp: Date.parse(webhook.updated_at),
})

function nameIn(name: string): string {
  if (WebhookName.safeParse(name).success) return name
  throw badRequest(
    `Webhook name '${name}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  )
}

const stateIn = (fields: Fields): Webhook['state'] | undefined => {
  const status = fields.choice('status', { ACTIVE: 1, DISABLED: 2 })
  return status === undefined ? undefined : status === 'ACTIVE' ? 'active' : 'disabled'
}

function requiredEvents(fields: Fields): string[] {
  if (fields.raw('events') === undefined) throw missingParameter('events')
  const events = fields.list('events', eventIn)
  if (events.length === 0) throw badRequest('Webhook events must be a non-empty list of WebhookEvent objects: [].')
  const twice = events.find((event, index) => events.indexOf(event) !== index)
  if (twice !== undefined) {
    throw badRequest(`The event ${twice} is listed twice.`, { error_code: 'BAD_REQUEST' })
  }
  // MLflow lists them sorted, and tests with the first.
  return events.toSorted()
}

function eventIn(fields: Fields): string {
  const entity = fields.requiredText('entity')
  const action = fields.requiredText('action')
  if (!Object.hasOwn(entityActions, entity)) {
    throw badRequest(`Invalid webhook entity '${entity}'. Valid entities are: ${listed(Object.keys(entityActions))}`)
  }
  const actions: readonly string[] = entityActions[entity as Entity]
  if (!actions.includes(action)) {
    throw badRequest(
      `Invalid action '${action.toLowerCase()}' for entity '${entity.toLowerCase()}'. Valid actions are: ${listed(actions.map((one) => one.toLowerCase()))}`,
    )
  }
  return eventName(entity, action)
}

const listed = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`
