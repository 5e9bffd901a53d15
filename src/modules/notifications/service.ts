import { createDeliveries, deliveryJob } from './deliveries.ts'
import { createNotices } from './notices.ts'
import type { NotificationParts } from './parts.ts'
import { createWebhooks } from './webhooks.ts'

export type Notifications = ReturnType<typeof createNotifications>

/** Webhooks, with every delivery and its outcome, and what people were told. */
export function createNotifications(parts: NotificationParts) {
  const deliveries = createDeliveries(parts)
  parts.jobs.handle(deliveryJob, deliveries.handler)
  return { webhooks: createWebhooks(parts), deliveries, notices: createNotices(parts) }
}
