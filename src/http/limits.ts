import { Transform } from 'node:stream'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { tooLarge } from '../lib/errors.ts'
import type { BodyLimit } from '../modules/access/index.ts'
import type { Permission } from '../modules/access/schema.ts'
import { createRates, limitRates, type Rate, type Rates } from './rate.ts'

const kiB = 1024
const miB = 1024 * kiB

type Usual = { readonly body: number; readonly reading: Rate; readonly changing: Rate }

const page: Rate = { burst: 3000, perMinute: 30_000 }
/** Nobody is known on a public route, so each has a limit by address. Pages bring dozens of files at a time. */
const door: Rate = { burst: 600, perMinute: 1200 }
/** Above what one process can answer to one account for long: it stops what runs wild, and nothing that trains. */
const machine: Rate = { burst: 60_000, perMinute: 600_000 }
const people: Rate = { burst: 600, perMinute: 3000 }
const pipeline: Rate = { burst: 3000, perMinute: 30_000 }

const byMachines: Usual = { body: 2 * miB, reading: machine, changing: machine }
const byPipelines: Usual = { body: 2 * miB, reading: machine, changing: pipeline }
const byPeople: Usual = { body: 256 * kiB, reading: page, changing: people }

/** What holds for a route by the permission that it takes, where it declares nothing else. */
const usual: Record<Permission | 'signed-in' | 'public', Usual> = {
  public: { body: 64 * kiB, reading: door, changing: door },
  'signed-in': { body: 64 * kiB, reading: page, changing: { burst: 300, perMinute: 600 } },
  'tracking.read': byMachines,
  'tracking.write': byMachines,
  'artifacts.read': byMachines,
  'artifacts.write': byMachines,
  'registry.read': byPipelines,
  'registry.write': byPipelines,
  'datasets.read': byPipelines,
  'datasets.write': byPipelines,
  'evaluation.read': byPipelines,
  'evaluation.run': byPipelines,
  'gate.check': byPipelines,
  'deployment.report': byPipelines,
  'policy.read': { body: 2 * miB, reading: page, changing: people },
  'policy.write': { body: 2 * miB, reading: page, changing: people },
  'environment.write': byPeople,
  'review.read': byPeople,
  'review.submit': byPeople,
  'review.decide': byPeople,
  'review.comment': byPeople,
  'finding.write': byPeople,
  'audit.read': byPeople,
  'audit.ask': byPeople,
  'audit.answer': byPeople,
  'access.read': byPeople,
  'access.write': byPeople,
  'webhook.read': byPeople,
  'webhook.write': byPeople,
  'retention.read': byPeople,
  'retention.write': byPeople,
  'duty.write': byPeople,
}

export type Limits = { readonly body: BodyLimit; readonly rate: Rate }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the server holds the route to; it fills it in. */
    limits?: Limits
  }
}

export function limitsOf({ method, config }: Pick<RouteOptions, 'method' | 'config'>): Limits {
  const { requires = 'public', body, rate } = config ?? {}
  const known = usual[requires]
  const reads = [method].flat().every((each) => each === 'GET')
  return { body: body ?? (reads ? 64 * kiB : known.body), rate: rate ?? (reads ? known.reading : known.changing) }
}

/**
 * Holds every route to its limits: of a body as it is read, and of how often it is asked once it is known who asks. The
 * function that comes back counts a request.
 */
export function limitRequests(app: FastifyInstance, rates: Rates = createRates()): (req: FastifyRequest) => void {
  app.addHook('onRoute', (route) => {
    const limits = limitsOf(route)
    if (limits.rate.burst < 1) throw new Error(`route ${route.url} lets nobody in`)
    if (typeof limits.body === 'number') route.bodyLimit = limits.body
    route.config = { ...route.config, limits }
  })
  app.addHook('preParsing', (req, _reply, payload, done) => {
    const body = req.routeOptions.config.limits?.body
    const announced = req.headers['content-length']
    if (typeof body !== 'object') done(null, payload)
    else if (announced === undefined) done(null, payload.pipe(counting(body.streamed)))
    else if (Number(announced) > body.streamed) done(bodyTooLarge(body.streamed))
    else done(null, payload)
  })
  return limitRates(rates, door)
}

/** A body that does not say how long it is. */
function counting(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > most) done(bodyTooLarge(most))
      else done(null, chunk)
    },
  })
}

const bodyTooLarge = (most: number) => tooLarge(`the body has more than ${most} bytes`)
