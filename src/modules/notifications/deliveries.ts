import { z } from 'zod'
import type { Tx } from '../../db/database.ts'
import type { JobHandler, RunningJob } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ActorRef, EventBody } from '../audit/schema.ts'
import type { ForeignEvent, NotificationParts } from './parts.ts'
import { matches, payloadOf } from './payload.ts'
import { type Delivery, DeliveryId, type DeliveryQuery, type Webhook, type WebhookId } from './schema.ts'
import { signatureHeaders } from './signature.ts'
import * as store from './store.ts'
import { thing } from './webhooks.ts'

export const deliveryJob = 'webhook-delivery'
/** Between attempts: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h. */
const pauses = [5, 30, 120, 600, 1800, 7200, 21_600, 43_200]
export const deliveryAttempts = pauses.length + 1
const pauseAfter = (attempt: number) => (pauses[attempt - 1] ?? pauses.at(-1) ?? 60) * 1000
/** How long the log keeps what has ended. */
const keptDays = 30
const betweenSweeps = 3_600_000

const Input = z.object({ delivery: DeliveryId })

/** Events on their way, and what became of them. */
export function createDeliveries(parts: NotificationParts) {
  const { db, write, commit, clock, jobs, secrets, post, workspace, mlflow } = parts
  let sweptAt = 0

  /** Part of the transaction of the events: what commits with them is delivered, whatever happens to this process. */
  async function onEvents(tx: Tx, events: readonly EventBody[]): Promise<void> {
    const hooks = await store.listActive(tx)
    if (hooks.length === 0) return
    const [ours, theirs] = [hooks.filter(isOurs), hooks.filter((hook) => !isOurs(hook))]
    for (const event of events) {
      for (const hook of ours) {
        if (!hook.events.some((pattern) => matches(pattern, event.action))) continue
        await enqueue(tx, hook, event.action, payloadOf(event, workspace), event.index)
      }
      const foreign = theirs.length > 0 ? await mlflow.translate(tx, event) : undefined
      if (!foreign) continue
      for (const hook of theirs) {
        if (hook.events.includes(foreign.event)) {
          await enqueue(tx, hook, foreign.event, foreign.payload, event.index)
        }
      }
    }
  }

  async function enqueue(tx: Tx, hook: Webhook, event: string, payload: JsonObject, position: number): Promise<void> {
    const delivery = newDelivery(hook, event, payload, position)
    await store.insertDelivery(tx, delivery)
    await jobs.enqueue(tx, deliveryJob, { delivery: delivery.id })
  }

  function newDelivery(hook: Webhook, event: string, payload: JsonObject, position: number | null): Delivery {
    return {
      id: newId('dlv', clock.now().getTime()) as DeliveryId,
      webhook_id: hook.id,
      event,
      position,
      payload: JSON.stringify(payload),
      state: 'waiting',
      attempts: 0,
      status: null,
      answer: null,
      error: null,
      created_at: isoNow(clock),
      attempted_at: null,
      duration: null,
      next_attempt_at: null,
    }
  }

  async function run(job: RunningJob): Promise<void> {
    const delivery = await store.findDelivery(db, Input.parse(job.input).delivery)
    if (delivery?.state !== 'waiting') return
    const hook = await store.findWebhook(db, delivery.webhook_id)
    if (!hook) return
    if (hook.webhook.state === 'disabled') {
      await giveUp(delivery, 'the webhook was disabled before the delivery')
      return
    }
    const attempted = await attempt(hook, delivery, job.signal)
    job.signal.throwIfAborted()
    await commit((tx) =>
      store.noteAttempt(tx, delivery.id, { ...attempted, next_attempt_at: nextAfter(attempted, job) }),
    )
    await sweep()
    if (attempted.state === 'waiting') throw new Error(attempted.error ?? `the receiver answered ${attempted.status}`)
  }

  function nextAfter({ state }: { state: string }, { attempt }: RunningJob): string | null {
    if (state !== 'waiting' || attempt >= deliveryAttempts) return null
    return new Date(clock.now().getTime() + pauseAfter(attempt)).toISOString()
  }

  async function attempt({ webhook, sealed }: store.StoredWebhook, delivery: Delivery, signal?: AbortSignal) {
    const now = clock.now()
    const secret = sealed === null ? null : secrets.open(webhook.id, sealed)
    const seconds = Math.floor(now.getTime() / 1000)
    const signature = signatureHeaders({ id: delivery.id, seconds, body: delivery.payload, secret })
    const headers = { 'content-type': 'application/json', 'user-agent': 'modelkeep-webhooks', ...signature }
    const began = performance.now()
    const posted = await post(webhook.url, headers, delivery.payload, signal)
    const answered = posted.outcome === 'answered' ? posted : undefined
    const welcome = answered !== undefined && answered.status >= 200 && answered.status < 300
    return {
      state: welcome ? ('delivered' as const) : ('waiting' as const),
      attempts: delivery.attempts + 1,
      status: answered?.status ?? null,
      answer: answered?.answer ?? null,
      error: posted.outcome === 'failed' ? posted.error : null,
      attempted_at: now.toISOString(),
      duration: Math.round(performance.now() - began),
    }
  }

  async function giveUp(delivery: Delivery, error: string | null): Promise<void> {
    const { attempts, status, answer, attempted_at, duration } = delivery
    const said = { attempts, status, answer, attempted_at, duration, error: error ?? delivery.error }
    const set = { ...said, state: 'failed', next_attempt_at: null }
    await commit((tx) => store.noteAttempt(tx, delivery.id, set))
  }

  const handler: JobHandler = {
    run,
    async gaveUp(input) {
      const delivery = await store.findDelivery(db, Input.parse(input).delivery)
      if (delivery?.state === 'waiting') await giveUp(delivery, null)
    },
    backOff: pauseAfter,
  }

  async function sweep(): Promise<void> {
    const now = clock.now().getTime()
    if (now - sweptAt < betweenSweeps) return
    sweptAt = now
    await commit((tx) => store.deleteEndedBefore(tx, new Date(now - keptDays * 86_400_000).toISOString()))
  }

  /** Sends an example at once and answers what the receiver said. It is not tried again. */
  async function test(actor: ActorRef, id: WebhookId, event?: string): Promise<Delivery> {
    const hook = await store.findWebhook(db, id)
    if (!hook) throw notFound('webhook', id)
    const example = exampleFor(hook.webhook, event)
    const delivery = newDelivery(hook.webhook, example.event, example.payload, null)
    const attempted = await attempt(hook, delivery)
    const state = attempted.state === 'delivered' ? 'delivered' : 'failed'
    const ended: Delivery = { ...delivery, ...attempted, state }
    await write(actor, async (tx, record) => {
      await store.insertDelivery(tx, ended)
      record('webhook.tested', thing(id), { name: hook.webhook.name, outcome: state, status: ended.status })
    })
    return ended
  }

  function exampleFor(hook: Webhook, event: string | undefined): ForeignEvent {
    const at = isoNow(clock)
    if (!isOurs(hook)) return mlflow.example(event ?? hook.events[0] ?? '', at)
    const data = { index: null, subject: thing(hook.id), about: [thing(hook.id)], actor: null, detail: {} }
    return { event: 'webhook.tested', payload: { type: 'webhook.tested', timestamp: at, workspace, data } }
  }

  /** The same delivery once more, under the same id, by which receivers know what they have already. */
  async function replay(actor: ActorRef, webhook: WebhookId, id: DeliveryId): Promise<Delivery> {
    return write(actor, async (tx, record) => {
      const delivery = await store.findDelivery(tx, id)
      if (delivery?.webhook_id !== webhook) throw notFound('delivery', id)
      if (!(await store.reopen(tx, id))) throw conflict('this delivery is still on its way')
      await jobs.enqueue(tx, deliveryJob, { delivery: id })
      record('webhook.replayed', thing(webhook), { delivery: id, event: delivery.event })
      return { ...delivery, state: 'waiting' }
    })
  }

  return {
    onEvents,
    handler,
    test,
    replay,
    list: (webhook: WebhookId, query: DeliveryQuery) => store.listDeliveries(db, webhook, query),
  }
}

const isOurs = (hook: Webhook) => hook.format === 'modelkeep'
