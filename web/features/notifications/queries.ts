import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Delivery,
  type DeliveryState,
  NewWebhook,
  Webhook,
  type WebhookInput,
  WebhookStanding,
  type WebhookUpdate,
} from '../../../src/modules/notifications/schema.ts'
import { at, get, send, sendOnly } from '../../api/http.ts'

export const webhooks = queryOptions({
  queryKey: ['webhooks', 'list'],
  queryFn: async () => (await get('/webhooks', z.object({ webhooks: z.array(WebhookStanding) }))).webhooks,
})

export const webhook = (id: string) =>
  queryOptions({ queryKey: ['webhooks', 'one', id], queryFn: () => get(at(['webhooks', id]), Webhook), retry: false })

const pageSize = 50

export const deliveriesOf = (id: string, state: DeliveryState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries', id, state],
    queryFn: async ({ pageParam }) => {
      const path = at(['webhooks', id, 'deliveries'], { state, before: pageParam, limit: pageSize })
      return (await get(path, z.object({ deliveries: z.array(Delivery) }))).deliveries
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length === pageSize ? page.at(-1)?.id : undefined),
  })

export const createWebhook = (input: WebhookInput) => send('POST', '/webhooks', NewWebhook, input)
export const updateWebhook = (id: string, input: WebhookUpdate) => send('PATCH', at(['webhooks', id]), Webhook, input)
export const deleteWebhook = (id: string) => sendOnly('DELETE', at(['webhooks', id]))
export const renewSecret = (id: string) => send('POST', at(['webhooks', id, 'secret']), NewWebhook)
export const testWebhook = (id: string) => send('POST', at(['webhooks', id, 'test']), Delivery)
export const replay = (webhook: string, delivery: string) =>
  send('POST', at(['webhooks', webhook, 'deliveries', delivery, 'replay']), Delivery)
