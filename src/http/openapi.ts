import swagger from '@fastify/swagger'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { version } from '../lib/version.ts'

/** The OpenAPI document from the same zod schemas that validate; register it before the routes. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Modelkeep',
        version,
        description:
          'Errors are RFC 9457 problem details. MLflow’s own API is served beside this one, under /api/2.0/mlflow.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A personal or service token' },
          basic: { type: 'http', scheme: 'basic', description: 'Login and password, or any name and a token' },
          session: { type: 'apiKey', in: 'cookie', name: 'modelkeep_session' },
        },
      },
      security: [{ token: [] }, { basic: [] }, { session: [] }],
    },
    transform: (input) => {
      if (!input.url.startsWith('/api/v1/')) return { url: input.url, schema: { hide: true } }
      const { url, schema } = jsonSchemaTransform(input)
      const requires = (input.route as RouteOptions).config?.requires
      return {
        url,
        schema: {
          ...schema,
          description: requires === undefined ? '' : permissionSentence(requires),
          ...(requires === 'public' ? { security: [] } : {}),
        },
      }
    },
    transformObject: (document) => withAnyValue(jsonSchemaTransformObject(document)),
  })

  app.get('/openapi.json', {
    config: { requires: 'public' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  })
}

function permissionSentence(requires: string): string {
  switch (requires) {
    case 'public':
      return 'Open to everyone.'
    case 'signed-in':
      return 'Open to everyone who is signed in.'
    default:
      return `Needs the permission \`${requires}\`.`
  }
}

/** Any JSON value is described by a reference that the transformation leaves dangling; the empty schema is what it means. */
function withAnyValue<T extends object>(document: T): T {
  const missing = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(schema\d+)/g)].map(
    ([, name]) => name ?? '',
  )
  const known = document as { components?: { schemas?: Record<string, object> } }
  const schemas = { ...known.components?.schemas }
  for (const name of missing) schemas[name] ??= {}
  return { ...document, components: { ...known.components, schemas } }
}
