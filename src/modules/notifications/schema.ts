import { z } from 'zod'
import { idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

export const WebhookId = idSchema('whk')
export type WebhookId = z.infer<typeof WebhookId>
export const DeliveryId = idSchema('dlv')
export type DeliveryId = z.infer<typeof DeliveryId>

/** `modelkeep` hooks hear audit events by pattern; `mlflow` hooks hear MLflow's registry events in MLflow's form. */
export const WebhookFormat = z.enum(['modelkeep', 'mlflow'])
export type WebhookFormat = z.infer<typeof WebhookFormat>

export const WebhookState = z.enum(['active', 'disabled'])
export type WebhookState = z.infer<typeof WebhookState>

export const WebhookName = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'at most 63 letters, digits, dots, underscores and hyphens, with a letter or digit at both ends',
  )

/** An action such as `decision.recorded`, all actions of a kind as `decision.*`, or `*` for every event. */
export const EventPattern = z
  .string()
  .max(100)
  .regex(/^(\*|[a-z_]+\.(\*|[a-z_]+))$/, 'an action such as decision.recorded, a group such as decision.*, or *')

export const Webhook = z.object({
  id: WebhookId,
  name: z.string(),
  description: z.string(),
  url: z.string(),
  format: WebhookFormat,
  /** Patterns of audit actions; for MLflow's form `entity.action` in MLflow's words. */
  events: z.array(z.string()),
  state: WebhookState,
  /** Whether deliveries are signed. The secret itself is never shown again. */
  signed: z.boolean(),
  created_at: Moment,
  updated_at: Moment,
  created_by: PersonId,
})
export type Webhook = z.infer<typeof Webhook>

/** A webhook in a list, with what became of its deliveries. */
export const WebhookStanding = Webhook.extend({
  last_delivery: z
    .object({ state: z.enum(['waiting', 'delivered', 'failed']), at: Moment, status: z.int().nullable() })
    .nullable(),
  /** Deliveries in the log, which keeps them for 30 days. */
  delivered: z.int(),
  failed: z.int(),
  waiting: z.int(),
})
export type WebhookStanding = z.infer<typeof WebhookStanding>

/** Either Standard Webhooks' form, `whsec_` and base64 of 24 to 64 bytes, or any text. */
export const WebhookSecret = z.string().min(16, 'at least 16 characters').max(256)

export const WebhookInput = z.strictObject({
  name: WebhookName,
  description: z.string().max(1000).default(''),
  url: z.string().min(1).max(2000),
  events: z.array(EventPattern).min(1).max(50),
  /** Left out: the server makes one. */
  secret: WebhookSecret.optional(),
})
export type WebhookInput = z.infer<typeof WebhookInput>

export const WebhookUpdate = z.strictObject({
  name: WebhookName.optional(),
  description: z.string().max(1000).optional(),
  url: z.string().min(1).max(2000).optional(),
  events: z.array(EventPattern).min(1).max(50).optional(),
  state: WebhookState.optional(),
})
export type WebhookUpdate = z.infer<typeof WebhookUpdate>

/** The secret is shown once. */
export const NewWebhook = z.object({ webhook: Webhook, secret: z.string() })
export type NewWebhook = z.infer<typeof NewWebhook>

export const DeliveryState = z.enum(['waiting', 'delivered', 'failed'])
export type DeliveryState = z.infer<typeof DeliveryState>

/** One event on its way to one receiver, with what its last attempt came to. */
export const Delivery = z.object({
  id: DeliveryId,
  webhook_id: WebhookId,
  event: z.string(),
  /** Where the event stands in the trail; null for a test. */
  position: z.int().nullable(),
  payload: z.string(),
  state: DeliveryState,
  attempts: z.int(),
  /** What the receiver answered last, cut. */
  status: z.int().nullable(),
  answer: z.string().nullable(),
  /** Why the last attempt got no answer. */
  error: z.string().nullable(),
  created_at: Moment,
  attempted_at: Moment.nullable(),
  /** Milliseconds that the last attempt took. */
  duration: z.int().nullable(),
  /** When it is tried again, unless somebody asks for it earlier. */
  next_attempt_at: Moment.nullable(),
})
export type Delivery = z.infer<typeof Delivery>

export const DeliveryQuery = z.strictObject({
  state: DeliveryState.optional(),
  before: DeliveryId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type DeliveryQuery = z.infer<typeof DeliveryQuery>

export const NoticeId = idSchema('ntc')
export type NoticeId = z.infer<typeof NoticeId>

export const NoticeKind = z.enum([
  'mention',
  'reply',
  'review_asked',
  'changes_requested',
  'resubmitted',
  'delegated',
  'decided',
  'reminder',
  'overdue',
  'expired',
  'condition',
  'condition_due',
  'lapsed',
  'changed',
  'request_asked',
  'request_answered',
  'request_returned',
  'request_ended',
])
export type NoticeKind = z.infer<typeof NoticeKind>

/** Something that one person was told; what it is about and who did it are in the trail. */
export const Notice = z.object({
  id: NoticeId,
  kind: NoticeKind,
  text: z.string(),
  /** Path of the page in the web application. */
  link: z.string(),
  /** `server` where time alone did it. */
  caused_by: z.union([PersonId, z.literal('server')]),
  told_at: Moment,
  read_at: Moment.nullable(),
})
export type Notice = z.infer<typeof Notice>

export const NoticeQuery = z.strictObject({ state: z.enum(['unread', 'all']).default('unread') })
export type NoticeQuery = z.infer<typeof NoticeQuery>

/** Newest first, at most 200. */
export const NoticeList = z.object({ notices: z.array(Notice), unread: z.int() })
export type NoticeList = z.infer<typeof NoticeList>

/** Without `ids`, all that the asker was told. */
export const ReadInput = z.strictObject({ ids: z.array(NoticeId).min(1).max(200).optional() })
export type ReadInput = z.infer<typeof ReadInput>
