import type { Db, Tx } from '../../db/database.ts'
import type { PersonId } from '../audit/schema.ts'
import type {
  Delivery,
  DeliveryId,
  DeliveryQuery,
  DeliveryState,
  Webhook,
  WebhookFormat,
  WebhookId,
  WebhookState,
} from './schema.ts'
import type { WebhookDeliveryRow, WebhookRow } from './tables.ts'

// Deliveries and their attempts are not governed data: the event that they carry is in the trail already.

export type StoredWebhook = { readonly webhook: Webhook; readonly sealed: string | null }

function toStored(row: WebhookRow): StoredWebhook {
  const { secret, events, ...rest } = row
  return {
    sealed: secret,
    webhook: {
      ...rest,
      id: row.id as WebhookId,
      format: row.format as WebhookFormat,
      state: row.state as WebhookState,
      created_by: row.created_by as PersonId,
      events: JSON.parse(events) as string[],
      signed: secret !== null,
    },
  }
}

const toDelivery = (row: WebhookDeliveryRow): Delivery => ({
  ...row,
  id: row.id as DeliveryId,
  webhook_id: row.webhook_id as WebhookId,
  state: row.state as DeliveryState,
})

export async function insertWebhook(tx: Tx, webhook: Webhook, sealed: string | null): Promise<void> {
  const { signed: _signed, events, ...row } = webhook
  await tx
    .insertInto('webhook')
    .values({ ...row, events: JSON.stringify(events), secret: sealed })
    .execute()
}

export async function updateWebhook(tx: Tx, id: WebhookId, set: Partial<WebhookRow>): Promise<void> {
  await tx.updateTable('webhook').set(set).where('id', '=', id).execute()
}

/** With its delivery log: the payloads go with it. */
export async function deleteWebhook(tx: Tx, id: WebhookId): Promise<void> {
  await tx.deleteFrom('webhook_delivery').where('webhook_id', '=', id).execute()
  await tx.deleteFrom('webhook').where('id', '=', id).execute()
}

export async function findWebhook(db: Db, id: string): Promise<StoredWebhook | undefined> {
  const row = await db.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toStored(row)
}

/** Newest first. */
export async function listWebhooks(
  db: Db,
  which: { format?: WebhookFormat; limit?: number; offset?: number } = {},
): Promise<Webhook[]> {
  let rows = db.selectFrom('webhook').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc')
  if (which.format) rows = rows.where('format', '=', which.format)
  if (which.limit !== undefined) rows = rows.limit(which.limit).offset(which.offset ?? 0)
  return (await rows.execute()).map((row) => toStored(row).webhook)
}

export async function listActive(db: Db): Promise<Webhook[]> {
  const rows = await db.selectFrom('webhook').selectAll().where('state', '=', 'active').orderBy('id').execute()
  return rows.map((row) => toStored(row).webhook)
}

/** What the log holds of every webhook. */
export async function countDeliveries(db: Db): Promise<{ webhook_id: string; state: string; count: number }[]> {
  return db
    .selectFrom('webhook_delivery')
    .select(({ fn }) => ['webhook_id', 'state', fn.countAll<number>().as('count')])
    .groupBy(['webhook_id', 'state'])
    .execute()
}

export async function lastDeliveries(db: Db): Promise<Delivery[]> {
  const newest = db
    .selectFrom('webhook_delivery')
    .select(({ fn }) => fn.max('id').as('id'))
    .groupBy('webhook_id')
  const rows = await db.selectFrom('webhook_delivery').selectAll().where('id', 'in', newest).execute()
  return rows.map(toDelivery)
}

export async function insertDelivery(tx: Tx, delivery: Delivery): Promise<void> {
  await tx.insertInto('webhook_delivery').values(delivery).execute()
}

export async function findDelivery(db: Db, id: string): Promise<Delivery | undefined> {
  const row = await db.selectFrom('webhook_delivery').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toDelivery(row)
}

/** Newest first. */
export async function listDeliveries(db: Db, webhook: WebhookId, query: DeliveryQuery): Promise<Delivery[]> {
  let rows = db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('webhook_id', '=', webhook)
    .orderBy('id', 'desc')
    .limit(query.limit)
  if (query.state) rows = rows.where('state', '=', query.state)
  if (query.before) rows = rows.where('id', '<', query.before)
  return (await rows.execute()).map(toDelivery)
}

type Noted = 'state' | 'attempts' | 'status' | 'answer' | 'error' | 'attempted_at' | 'duration' | 'next_attempt_at'

/** What an attempt came to. False when the delivery has ended before. */
export async function noteAttempt(tx: Tx, id: DeliveryId, set: Pick<WebhookDeliveryRow, Noted>): Promise<boolean> {
  const result = await tx
    .updateTable('webhook_delivery')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteEndedBefore(tx: Tx, moment: string): Promise<void> {
  await tx.deleteFrom('webhook_delivery').where('created_at', '<', moment).where('state', '!=', 'waiting').execute()
}

/** Compare-and-set: false while the delivery is still waiting. */
export async function reopen(tx: Tx, id: DeliveryId): Promise<boolean> {
  const result = await tx
    .updateTable('webhook_delivery')
    .set({ state: 'waiting', next_attempt_at: null })
    .where('id', '=', id)
    .where('state', '!=', 'waiting')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
