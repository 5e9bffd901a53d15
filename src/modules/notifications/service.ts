import { createDeliveries, deliveryJob } from './deliveries.ts'
import type { NotificationParts } from './parts.ts'
import { createWebhooks } from './webhooks.ts'

export type Notifications = ReturnType<typeof createNotifications>

/** Webhooks: who is told of what, and every delivery with its outcome. */
export function createNotifications(parts: NotificationParts) {
  const deliveries = createDeliveries(parts)
  parts.jobs.handle(deliveryJob, deliveries.handler)
  return { webhooks: createWebhooks(parts), deliveries }
}
