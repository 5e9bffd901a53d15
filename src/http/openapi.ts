import type { FastifyInstance, RouteOptions } from 'fastify'

/** The OpenAPI document from the same zod schemas that validate, made when it is first asked for. */
export function describeApi(app: FastifyInstance, routes: () => Promise<readonly RouteOptions[]>): void {
  let document: Promise<object> | undefined
  app.get('/openapi.json', {
    config: { requires: 'public' },
    schema: { hide: true },
    handler: () => {
      document ??= describe()
      return document
    },
  })

  async function describe() {
    const { openapiDocument } = await import('./openapi-document.ts')
    return openapiDocument(await routes())
  }
}
