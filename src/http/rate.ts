import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../lib/errors.ts'
import { networkOf } from '../lib/network.ts'

/** So many requests at once, and then so many a minute. */
export type Rate = { readonly burst: number; readonly perMinute: number }

/** Nobody is known on a public route, so each has a limit by address. Pages bring dozens of files at a time. */
const ofPublic: Rate = { burst: 600, perMinute: 1200 }
/** More are followed by no process; the ones that rest longest are forgotten first, and rest means full. */
const mostBuckets = 50_000

type Bucket = { tokens: number; at: number }

/**
 * Token buckets of this process: two servers let through twice as much, which is still a limit. Guesses of passwords are
 * counted in the database instead, where twice as many would matter.
 */
export function createRates(now: () => number = () => performance.now()) {
  const buckets = new Map<string, Bucket>()

  /** Seconds until there is room again; 0 when there is. */
  function take(key: string, { burst, perMinute }: Rate): number {
    const at = now()
    const known = buckets.get(key)
    const tokens = known ? Math.min(burst, known.tokens + ((at - known.at) / 60_000) * perMinute) : burst
    buckets.delete(key)
    buckets.set(key, { tokens: Math.max(0, tokens >= 1 ? tokens - 1 : tokens), at })
    const [oldest] = buckets.keys()
    if (buckets.size > mostBuckets && oldest !== undefined) buckets.delete(oldest)
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60))
  }

  return { take }
}

/** Refuses with 429 what comes more often than its route allows. Called once it is known who asks. */
export function limitRates(app: FastifyInstance): (req: FastifyRequest) => void {
  const { take } = createRates()
  app.addHook('onRoute', (route) => {
    if (route.config?.rate && route.config.rate.burst < 1) throw new Error(`route ${route.url} lets nobody in`)
  })
  return (req) => {
    const { rate, requires = 'public' } = req.routeOptions.config
    const limit = rate ?? (requires === 'public' ? ofPublic : undefined)
    if (!limit) return
    const who = requires === 'public' ? networkOf(req.ip) : req.actor.id
    const where = rate ? `${req.method} ${req.routeOptions.url}` : 'public'
    const wait = take(`${where} ${who}`, limit)
    if (wait > 0) {
      throw new AppError('too_many_requests', `too many requests; try again in ${wait} s`, { retry_after: wait })
    }
  }
}
