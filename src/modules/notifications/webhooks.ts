import { isoNow } from '../../lib/clock.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { ActorRef, PersonId, Thing } from '../audit/schema.ts'
import type { NotificationParts } from './parts.ts'
import { parseReceiverUrl, resolveReceiver } from './receiver.ts'
import type {
  DeliveryState,
  NewWebhook,
  Webhook,
  WebhookFormat,
  WebhookId,
  WebhookInput,
  WebhookStanding,
  WebhookUpdate,
} from './schema.ts'
import { newSecret } from './signature.ts'
import * as store from './store.ts'

export type WebhookChange = { [K in keyof WebhookUpdate]?: WebhookUpdate[K] | undefined } & {
  secret?: string | undefined
}
export type AnyWebhookInput = Omit<WebhookInput, 'secret'> & {
  format: WebhookFormat
  secret: string | null
  state?: Webhook['state'] | undefined
}

/** Who is told, of what, and where. */
export function createWebhooks({ db, write, clock, secrets, trusted }: NotificationParts) {
  /** With a secret that the server makes where none is given. */
  async function create(actor: ActorRef, input: WebhookInput): Promise<NewWebhook> {
    const secret = input.secret ?? newSecret()
    return { webhook: await add(actor, { ...input, format: 'modelkeep', secret }), secret }
  }

  async function add(actor: ActorRef, input: AnyWebhookInput): Promise<Webhook> {
    await demandReceiver(input.url)
    demandKey(input.secret)
    const at = isoNow(clock)
    const id = newId('whk', clock.now().getTime()) as WebhookId
    const { name, description, url, format, events, state = 'active' } = input
    const webhook: Webhook = {
      id,
      name,
      description,
      url,
      format,
      events: [...new Set(events)],
      state,
      signed: input.secret !== null,
      created_at: at,
      updated_at: at,
      created_by: actor.id as PersonId,
    }
    const sealed = input.secret === null ? null : secrets.seal(id, input.secret)
    await write(actor, async (tx, record) => {
      await store.insertWebhook(tx, webhook, sealed)
      record('webhook.created', thing(id), { name, host: hostIn(url), events: webhook.events })
    })
    return webhook
  }

  async function update(actor: ActorRef, id: WebhookId, change: WebhookChange): Promise<Webhook> {
    const { webhook: before } = await found(id)
    if (change.url !== undefined) await demandReceiver(change.url)
    demandKey(change.secret ?? null)
    const { secret, events, ...plain } = change
    const set = { ...defined(plain), ...(events ? { events: [...new Set(events)] } : {}) }
    const updated_at = isoNow(clock)
    await write(actor, async (tx, record) => {
      await store.updateWebhook(tx, id, {
        ...set,
        ...(set.events ? { events: JSON.stringify(set.events) } : {}),
        ...(secret === undefined ? {} : { secret: secrets.seal(id, secret) }),
        updated_at,
      } as Parameters<typeof store.updateWebhook>[2])
      const changed = [...Object.keys(set), ...(secret === undefined ? [] : ['secret'])]
      const state = set.state !== undefined && set.state !== before.state ? { after: set.state } : {}
      record('webhook.updated', thing(id), { name: set.name ?? before.name, changed, ...state })
    })
    return get(id)
  }

  /** From now on deliveries, waiting ones too, are signed with the new secret. */
  async function renewSecret(actor: ActorRef, id: WebhookId): Promise<NewWebhook> {
    const secret = newSecret()
    return { webhook: await update(actor, id, { secret }), secret }
  }

  async function remove(actor: ActorRef, id: WebhookId): Promise<void> {
    const { webhook } = await found(id)
    await write(actor, async (tx, record) => {
      await store.deleteWebhook(tx, id)
      record('webhook.deleted', thing(id), { name: webhook.name })
    })
  }

  async function found(id: string): Promise<store.StoredWebhook> {
    const stored = await store.findWebhook(db, id)
    if (!stored) throw notFound('webhook', id)
    return stored
  }

  async function get(id: string): Promise<Webhook> {
    return (await found(id)).webhook
  }

  async function standings(): Promise<WebhookStanding[]> {
    const [webhooks, counts, newest] = await Promise.all([
      store.listWebhooks(db),
      store.countDeliveries(db),
      store.lastDeliveries(db),
    ])
    return webhooks.map((webhook) => {
      const count = (state: DeliveryState) =>
        counts.find((each) => each.webhook_id === webhook.id && each.state === state)?.count ?? 0
      const last = newest.find((each) => each.webhook_id === webhook.id)
      return {
        ...webhook,
        last_delivery: last
          ? { state: last.state, at: last.attempted_at ?? last.created_at, status: last.status }
          : null,
        delivered: count('delivered'),
        failed: count('failed'),
        waiting: count('waiting'),
      }
    })
  }

  /** A name that does not resolve now may do so later, and is looked at again before every delivery. */
  async function demandReceiver(url: string): Promise<void> {
    await resolveReceiver(parseReceiverUrl(url, trusted), trusted)
  }

  return {
    create,
    add,
    update,
    renewSecret,
    remove,
    get,
    standings,
    find: async (id: string) => (await store.findWebhook(db, id))?.webhook,
    list: (which: Parameters<typeof store.listWebhooks>[1] = {}) => store.listWebhooks(db, which),
  }
}

export const thing = (id: WebhookId): Thing => `webhook:${id}`
/** The rest of an address may itself be a secret, so the trail names the host alone. */
const hostIn = (url: string) => new URL(url).host

function demandKey(secret: string | null) {
  if (!secret?.startsWith('whsec_')) return
  const text = secret.slice('whsec_'.length)
  const key = Buffer.from(text, 'base64')
  if (key.toString('base64') !== text || key.length < 24 || key.length > 64) {
    throw badRequest('a secret that begins with whsec_ goes on with the base64 of 24 to 64 bytes')
  }
}

function defined<T extends object>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
