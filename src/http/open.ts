import type { FastifyRequest } from 'fastify'
import { forbidden } from '../lib/errors.ts'
import { isLoopback } from '../lib/loopback.ts'

/**
 * An open server trusts whoever reaches it, and a browser on the same machine reaches it for every page that it shows. A page
 * whose name was bound to a loopback address betrays itself by its Host, any other page by its Origin or its fetch site.
 */
export function refuseForeignPages(req: FastifyRequest) {
  const { host, origin } = req.headers
  if (!isLoopback(hostName(host ?? ''))) {
    throw forbidden('this server is open, so it answers to names of this machine only, such as localhost', {
      rule: 'open',
    })
  }
  const site = req.headers['sec-fetch-site']
  const opensPage = req.headers['sec-fetch-mode'] === 'navigate' && req.method === 'GET'
  const isForeign =
    (origin !== undefined && origin !== `http://${host}`) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensPage)
  if (isForeign) throw forbidden('this server is open, so requests from other sites are refused', { rule: 'open' })
}

/** The name in a Host header, without the port. */
const hostName = (host: string) => /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host)?.[1] ?? ''
