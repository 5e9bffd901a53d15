import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '../../src/app.ts'
import type { Send } from './replay.ts'

/**
 * Sends over a socket with an administrator's token: paths arrive exactly as written, where `inject` would take `..` out of
 * them. `signedIn: false` sends only the credentials that were recorded. The recorded server has no gate before any alias, so
 * ours protects none here.
 */
export async function sendTo(app: App, token: string, { signedIn = true } = {}): Promise<Send> {
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.http.server.address() as AddressInfo
  const bearer = { authorization: `Bearer ${token}` }
  const send: Send = ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': body.length }
      const given = { ...(signedIn ? bearer : {}), ...headers, ...length }
      const sent = request({ host: '127.0.0.1', port, method, path: url, headers: given }, async (reply) => {
        const chunks: Buffer[] = []
        for await (const chunk of reply) chunks.push(chunk as Buffer)
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  await send({
    method: 'PUT',
    url: '/api/v1/environments/prod',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ mode: 'enforce', protected_aliases: [] })),
  })
  return send
}
