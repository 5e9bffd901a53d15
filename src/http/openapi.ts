import type { FastifyInstance } from 'fastify'

/** The OpenAPI document from the same zod schemas that validate, made when it is first asked for. */
export function describeApi(app: FastifyInstance): void {
  let document: Promise<object> | undefined
  app.get('/openapi.json', {
    config: { requires: 'public' },
    schema: { hide: true },
    handler: () => {
      document ??= import('./openapi-document.ts').then(({ openapiDocument }) => openapiDocument(app.declaredRoutes))
      return document
    },
  })
}
