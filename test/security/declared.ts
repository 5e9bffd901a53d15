import type { FastifyInstance } from 'fastify'
import type { ModelScope } from '../../src/modules/access/index.ts'

export type Declared = { method: string; url: string; requires: string; model: ModelScope | undefined; server: boolean }

/** Every method and path that a server registered, with what it demands; HEAD is answered by the route of GET. */
export function declaredOf(app: Pick<FastifyInstance, 'declaredRoutes'>): Declared[] {
  return app.declaredRoutes.flatMap(({ url, method, config }) =>
    [method].flat().map((each) => ({
      method: each,
      url,
      requires: config?.requires ?? 'nothing',
      model: config?.model,
      server: config?.server ?? false,
    })),
  )
}

/** One line a route, as it is checked in: method, path, permission, and where the model stands that a role may be held on. */
export function rowOf({ method, url, requires, model, server }: Declared): string {
  const scope =
    model === undefined
      ? server
        ? 'in main'
        : ''
      : typeof model === 'string'
        ? `on ${model} model`
        : `on the model in ${Object.entries(model)[0]?.join(' ')}`
  return `${method.padEnd(6)} ${url.padEnd(66)} ${requires.padEnd(18)} ${scope}`.trimEnd()
}

/** Values that have the form of every identifier in a path, and name nothing. */
export function pathOf(url: string): string {
  return url
    .replace('/datasets/versions/:digest', `/datasets/versions/sha256:${'0'.repeat(64)}`)
    .replace('/people/:id', `/people/per_${'0'.repeat(24)}`)
    .replaceAll(/:version/g, '1')
    .replaceAll(/:\w+/g, 'nothing')
    .replace('*', 'nothing')
}
