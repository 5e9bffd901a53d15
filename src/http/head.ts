import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'

/** Requests that came as HEAD and were led to the route of GET. */
const heads = new WeakSet<object>()

/** Leads HEAD to the route of GET; a route of its own for each would double what the server makes at its start. */
export function toRouteOfGet(req: Pick<IncomingMessage, 'method'>): void {
  if (req.method !== 'HEAD') return
  heads.add(req)
  req.method = 'GET'
}

/**
 * HEAD answers as GET does, and Node sends no body. Behind routing the request is what the client sent, for hooks, handlers and
 * the log; a stream is closed instead of being read through.
 */
export function answerHead(app: FastifyInstance): void {
  app.addHook('onRequest', (req, _reply, done) => {
    if (heads.has(req.raw)) req.raw.method = 'HEAD'
    done()
  })
  app.addHook('onSend', (req, _reply, payload, done) => {
    if (req.method !== 'HEAD' || !(payload instanceof Readable)) return done()
    payload.destroy()
    done(null, null)
  })
}
