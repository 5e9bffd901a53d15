import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PersonId } from '../audit/schema.ts'
import type { SeatReads } from './reads.ts'

/** Who signs in and out, and what a page needs to stand: no records of the workspace. */
const bookkeeping = /^\/api\/v1\/(session|server|keys|tokens)\b/

/** Whatever a request from an auditor's seat is answered with is on record before the answer goes out. */
export function recordSeatReads(http: FastifyInstance, at: (req: FastifyRequest) => SeatReads): void {
  http.addHook('onSend', (req, reply, payload, done) => {
    const seat = req.actor?.grants.find((grant) => grant.seat !== undefined)?.seat
    if (seat === undefined || req.leave === undefined || bookkeeping.test(req.url)) return done(null, payload)
    const person = PersonId.parse(req.actor.id)
    const read = { seat, person, method: req.method, path: req.url, status: reply.statusCode }
    at(req)
      .note(read)
      .then(() => done(null, payload), done)
  })
}
