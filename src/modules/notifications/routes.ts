import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { noticeRoutes } from './notice-routes.ts'
import {
  Delivery,
  DeliveryId,
  DeliveryQuery,
  NewWebhook,
  Webhook,
  WebhookId,
  WebhookInput,
  WebhookStanding,
  WebhookUpdate,
} from './schema.ts'
import type { Notifications } from './service.ts'

/** Webhooks and their deliveries. */
export function notificationRoutes({ at }: { at: (req: FastifyRequest) => Notifications }): FastifyPluginAsyncZod {
  const params = z.object({ id: WebhookId })

  return async (app) => {
    await app.register(noticeRoutes({ at }))

    app.get('/webhooks', {
      config: { requires: 'webhook.read' },
      schema: {
        tags: ['webhooks'],
        summary: 'Webhooks, newest first, with what became of their deliveries',
        response: { 200: z.object({ webhooks: z.array(WebhookStanding) }) },
      },
      handler: async (req) => ({ webhooks: await at(req).webhooks.standings() }),
    })

    app.post('/webhooks', {
      config: { requires: 'webhook.write' },
      schema: {
        tags: ['webhooks'],
        summary: 'Be told of events; the secret is shown once',
        body: WebhookInput,
        response: { 200: NewWebhook },
      },
      handler: (req) => at(req).webhooks.create(req.actor, req.body),
    })

    app.get('/webhooks/:id', {
      config: { requires: 'webhook.read' },
      schema: { tags: ['webhooks'], summary: 'One webhook', params, response: { 200: Webhook } },
      handler: (req) => at(req).webhooks.get(req.params.id),
    })

    app.patch('/webhooks/:id', {
      config: { requires: 'webhook.write' },
      schema: {
        tags: ['webhooks'],
        summary: 'Change a webhook, or switch it off and on',
        params,
        body: WebhookUpdate,
        response: { 200: Webhook },
      },
      handler: (req) => at(req).webhooks.update(req.actor, req.params.id, req.body),
    })

    app.delete('/webhooks/:id', {
      config: { requires: 'webhook.write' },
      schema: {
        tags: ['webhooks'],
        summary: 'Delete a webhook and its delivery log',
        params,
        response: { 204: z.null() },
      },
      handler: async (req, reply) => {
        await at(req).webhooks.remove(req.actor, req.params.id)
        return reply.code(204).send(null)
      },
    })

    app.post('/webhooks/:id/secret', {
      config: { requires: 'webhook.write' },
      schema: {
        tags: ['webhooks'],
        summary: 'Sign with a new secret from now on; it is shown once',
        params,
        response: { 200: NewWebhook },
      },
      handler: (req) => at(req).webhooks.renewSecret(req.actor, req.params.id),
    })

    app.post('/webhooks/:id/test', {
      config: { requires: 'webhook.write', rate: { burst: 20, perMinute: 30 } },
      schema: {
        tags: ['webhooks'],
        summary: 'Send an example now and see what the receiver answers',
        params,
        response: { 200: Delivery },
      },
      handler: (req) => at(req).deliveries.test(req.actor, req.params.id),
    })

    app.get('/webhooks/:id/deliveries', {
      config: { requires: 'webhook.read' },
      schema: {
        tags: ['webhooks'],
        summary: 'The delivery log, newest first',
        params,
        querystring: DeliveryQuery,
        response: { 200: z.object({ deliveries: z.array(Delivery) }) },
      },
      handler: async (req) => {
        const { id } = await at(req).webhooks.get(req.params.id)
        return { deliveries: await at(req).deliveries.list(id, req.query) }
      },
    })

    app.post('/webhooks/:id/deliveries/:delivery/replay', {
      config: { requires: 'webhook.write' },
      schema: {
        tags: ['webhooks'],
        summary: 'Deliver an event once more, under the same id',
        params: params.extend({ delivery: DeliveryId }),
        response: { 200: Delivery },
      },
      handler: (req) => at(req).deliveries.replay(req.actor, req.params.id, req.params.delivery),
    })
  }
}
