import { isoNow } from '../../lib/clock.ts'
import { digestOf } from '../../lib/digest.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import type { EvaluationParts } from './parts.ts'
import type { Protocol, ProtocolVersion } from './schema.ts'
import * as store from './store.ts'

/** How each model is examined. A new text is a new version; evidence names the one it was collected under. */
export function createProtocols({ db, write, clock, models }: EvaluationParts) {
  async function get(name: string): Promise<ProtocolVersion> {
    const model = await models.get(name)
    const stored = await store.findProtocol(db, model.id)
    if (!stored) throw notFound('evaluation protocol of the model', name)
    return withName(stored, model.name)
  }

  /** The same text as the newest version is that version. */
  async function put(actor: ActorRef, name: string, protocol: Protocol): Promise<ProtocolVersion> {
    demandSense(protocol)
    const model = await models.get(name)
    const digest = digestOf(protocol)
    const newest = await store.findProtocol(db, model.id)
    if (newest?.digest === digest) return withName(newest, model.name)
    return write(actor, async (tx, record) => {
      const before = await store.findProtocol(tx, model.id)
      const stored: store.StoredProtocol = {
        model_id: model.id,
        version: (before?.version ?? 0) + 1,
        digest,
        protocol,
        created_at: isoNow(clock),
        created_by: actor.id as PersonId,
      }
      await store.insertProtocol(tx, stored)
      record('protocol.changed', `model:${model.id}`, {
        version: stored.version,
        digest,
        before: before?.digest ?? null,
      })
      return withName(stored, model.name)
    })
  }

  return { get, put }
}

function withName({ model_id: _, ...stored }: store.StoredProtocol, model: string): ProtocolVersion {
  return { model, ...stored }
}

function demandSense(protocol: Protocol): void {
  const { protected: attributes, confidence } = protocol
  const label = protocol.task === 'scores' ? undefined : protocol.label
  if (label === '') throw badRequest('the protocol must name the label column')
  if (new Set(attributes).size < attributes.length) throw badRequest('the protocol names a protected attribute twice')
  if (label !== undefined && attributes.includes(label))
    throw badRequest(`the label ${label} cannot be a protected attribute as well`)
  if (confidence !== 0.95) throw badRequest('intervals are computed at a confidence of 0.95, and at no other')
}
