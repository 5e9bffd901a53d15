import type { RouteOptions } from 'fastify'
import type { Limits } from '../../src/http/limits.ts'
import type { ModelScope } from '../../src/modules/access/index.ts'

export type Declared = {
  method: string
  url: string
  requires: string
  model: ModelScope | undefined
  server: boolean
  limits: Limits | undefined
}

/** Every method and path of a server, with what it demands; HEAD is answered by the route of GET. */
export function declaredOf(routes: readonly RouteOptions[]): Declared[] {
  return routes.flatMap(({ url, method, config }) =>
    [method].flat().map((each) => ({
      method: each,
      url,
      requires: config?.requires ?? 'nothing',
      model: config?.model,
      server: config?.server ?? false,
      limits: config?.limits,
    })),
  )
}

/**
 * One line a route, as it is checked in: method, path, permission, the largest body, how often it may be asked (at once and then
 * a minute), and where the model stands that a role may be held on.
 */
export function rowOf({ method, url, requires, model, server, limits }: Declared): string {
  const scope =
    model === undefined
      ? server
        ? 'in main'
        : ''
      : typeof model === 'string'
        ? `on ${model} model`
        : `on the model in ${Object.entries(model)[0]?.join(' ')}`
  return `${method.padEnd(6)} ${url.padEnd(66)} ${requires.padEnd(18)} ${limitText(limits).padEnd(28)} ${scope}`.trimEnd()
}

function limitText(limits: Limits | undefined): string {
  if (!limits) return 'NO LIMITS'
  const { body, rate } = limits
  const size = typeof body === 'number' ? sizeText(body) : `${sizeText(body.streamed)} streamed`
  return `${size.padStart(16)} ${`${rate.burst}+${rate.perMinute}/min`}`
}

function sizeText(bytes: number): string {
  const [unit, name] = bytes >= 1024 ** 3 ? [1024 ** 3, 'GiB'] : bytes >= 1024 ** 2 ? [1024 ** 2, 'MiB'] : [1024, 'KiB']
  return `${bytes / unit} ${name}`
}

/** Values that have the form of every identifier in a path, and name nothing. */
export function pathOf(url: string): string {
  return url
    .replace('/datasets/versions/:digest', `/datasets/versions/sha256:${'0'.repeat(64)}`)
    .replace('/admission/:workspace', '/admission/main')
    .replace('/people/:id', `/people/per_${'0'.repeat(24)}`)
    .replaceAll(/:version/g, '1')
    .replaceAll(/:\w+/g, 'nothing')
    .replace('*', 'nothing')
}
