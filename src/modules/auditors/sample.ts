import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import { type Actor, modelsOf, permits } from '../access/schema.ts'
import { drawFrom } from './draw.ts'
import { membersOf } from './population.ts'
import { largestPopulation, largestSample, type Sample, type SampleQuery } from './schema.ts'
import * as store from './store.ts'

/** Draws from what lies in the scope of whoever asks. Reads only; from a seat, the question itself is on record like any read. */
export function createSampling({ db, clock }: { db: Db; clock: Clock }) {
  return async function sample(actor: Actor, query: SampleQuery): Promise<Sample> {
    const { population, method, size, seed, by_tier, model, from, until } = query
    const members = await membersOf(db, population, { models: await scopeOf(actor, model), from, until })
    if (members.length > largestPopulation) {
      throw badRequest(`more than ${largestPopulation} ${population} lie in this period: choose a shorter one`)
    }
    const draw = size === undefined || seed === undefined ? null : { size, seed, by_tier }
    const { rows, strata, digest } = drawFrom(members, draw)
    if (rows.length > largestSample) {
      throw badRequest(
        `these are ${rows.length} ${population}, and one answer carries ${largestSample}: choose a shorter period, or draw at random`,
      )
    }
    return {
      population,
      method,
      size: size ?? null,
      seed: seed ?? null,
      by_tier,
      model: model ?? null,
      from: from ?? null,
      until: until ?? null,
      drawn_at: isoNow(clock),
      population_size: members.length,
      population_digest: digest,
      strata,
      rows,
    }
  }

  async function scopeOf(actor: Actor, model: string | undefined): Promise<string[] | null> {
    if (model !== undefined && !permits(actor, 'audit.read', model)) throw notFound('model', model)
    const seen = modelsOf(actor, 'audit.read')
    if (model === undefined && seen === 'all') return null
    const named = await store.modelIds(db, model === undefined ? [...seen] : [model])
    if (model !== undefined && named.length === 0) throw notFound('model', model)
    return named.map(({ id }) => id)
  }
}
