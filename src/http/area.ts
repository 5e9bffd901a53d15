import type { FastifyInstance } from 'fastify'
import { failureOf, sendProblem } from './errors.ts'

/** A part of the server with routes of its own, which is made when it is first asked for. */
export type Area = {
  /** Such as `/api/v1`; everything below it belongs to the area. */
  readonly prefix: string
  /** The part, ready to answer; made at the first call. A failure is not kept. */
  open(): Promise<FastifyInstance>
  close(): Promise<void>
}

export function createArea(prefix: string, make: () => Promise<FastifyInstance>): Area {
  let opened: Promise<FastifyInstance> | undefined

  function open() {
    opened ??= make().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  return {
    prefix,
    open,
    async close() {
      const area = await opened?.catch(() => undefined)
      await area?.close()
    },
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route leads to an area, which answers and does what else belongs to a request. */
    leads?: true
  }
}

/** Leads every request below the prefix of an area to that area, as it came. Its hook has to be before all others of `app`. */
export async function leadTo(app: FastifyInstance, { prefix, open }: Area): Promise<void> {
  await app.register(async (door) => {
    door.setErrorHandler((error, req, reply) => sendProblem(reply, failureOf(error, req)))
    door.addHook('onRequest', async (req, reply) => {
      const area = await open()
      reply.hijack()
      area.routing(req.raw, reply.raw)
    })
    door.route({
      method: door.supportedMethods,
      url: `${prefix}/*`,
      config: { leads: true },
      handler: async () => {},
    })
  })
}
