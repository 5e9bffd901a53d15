import swagger from '@fastify/swagger'
import { fastify, type RouteOptions } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { version } from '../lib/version.ts'

/** Describes the routes below `/api/v1`. They are declared once more in a server that never listens, which collects them. */
export async function openapiDocument(routes: readonly RouteOptions[]): Promise<object> {
  const app = fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
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
  for (const { method, url, schema, config } of routes) {
    if (!url.startsWith('/api/v1/')) continue
    app.route({ method, url, ...(schema && { schema }), ...(config && { config }), handler: async () => null })
  }
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
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
