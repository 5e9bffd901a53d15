import type { FastifyReply, FastifyRequest } from 'fastify'

/** What MLflow's server has at its root beside its versioned prefixes. */
const mlflowPath = /^\/((ajax-)?api\/\d+\.\d+|graphql|gateway)(\/|\?|$)/

export const isMlflowPath = (url: string) => mlflowPath.test(url)

/** MLflow's answer to a route that it does not have, with a log line that names the route. */
export function sendNotServed(req: FastifyRequest, reply: FastifyReply) {
  const path = req.originalUrl.split('?')[0]
  req.log.warn({ method: req.method, path }, 'an MLflow client asked for a route that is not served')
  return sendPage(reply, 404, 'Not Found', 'The requested URL was not found on the server.')
}

export function sendPage(reply: FastifyReply, status: number, title: string, text: string) {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(`<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`)
}
