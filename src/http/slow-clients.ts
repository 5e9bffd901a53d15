import type { IncomingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** In milliseconds. */
export type ClientPatience = {
  /** From the connection's first byte to the end of the headers. */
  headers: number
  /** How long a body may pause. */
  pause: number
  /** How long a body that is kept in memory may take in all; what is streamed into the vault takes as long as it flows. */
  body: number
  /** How long a connection stays open between two requests. */
  idle: number
}

export const usualPatience: ClientPatience = { headers: 20_000, pause: 30_000, body: 60_000, idle: 65_000 }

/** What is read as a whole before a handler sees it. */
const inMemory = /^application\/(json|x-protobuf)|^text\/plain/

/** A client that sends slower than any network does loses its connection, and holds nothing but a socket until then. */
export function limitSlowClients(app: FastifyInstance, patience: ClientPatience): void {
  app.server.headersTimeout = patience.headers
  app.server.keepAliveTimeout = patience.idle

  app.addHook('preParsing', (req, reply, payload, done) => {
    const { socket } = req.raw
    // A request that was injected comes over no connection.
    if (!(socket instanceof Socket) || !hasBody(req.headers)) return done(null, payload)
    const close = () => socket.destroy()
    socket.setTimeout(patience.pause, close)
    const whole = inMemory.test(req.headers['content-type'] ?? '') ? setTimeout(close, patience.body) : undefined
    let isOver = false
    const over = () => {
      if (isOver) return
      isOver = true
      clearTimeout(whole)
      // Behind the answer the time belongs to the wait for the next request.
      if (!reply.raw.writableFinished) socket.setTimeout(0)
      socket.off('timeout', close)
    }
    payload.once('end', over)
    payload.once('close', over)
    payload.once('error', over)
    done(null, payload)
  })
}

const hasBody = (headers: IncomingHttpHeaders) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** How often Node looks for connections whose headers are late, in milliseconds. */
export const lookEvery = ({ headers }: ClientPatience) => Math.max(100, Math.round(headers / 4))
