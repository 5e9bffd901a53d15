import type { FastifyRequest } from 'fastify'
import { AppError } from '../lib/errors.ts'
import { networkOf } from '../lib/network.ts'

/** So many requests at once, and then so many a minute. */
export type Rate = { readonly burst: number; readonly perMinute: number }

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

export type Rates = ReturnType<typeof createRates>

/** Refuses with 429 what comes more often than its route allows. Called once it is known who asks. */
export function limitRates({ take }: Rates, nowhere: Rate): (req: FastifyRequest) => void {
  return (req) => {
    const { limits, rate, requires = 'public' } = req.routeOptions.config
    const who = requires === 'public' ? networkOf(req.ip) : req.actor.id
    // Public routes without a rate of their own share one, so that nobody goes through all of them.
    const where = rate === undefined && requires === 'public' ? 'public' : `${req.method} ${req.routeOptions.url}`
    // What leads nowhere has no limits of its own.
    const wait = take(`${where} ${who}`, limits?.rate ?? nowhere)
    if (wait > 0) {
      throw new AppError('too_many_requests', `too many requests; try again in ${wait} s`, { retry_after: wait })
    }
  }
}
