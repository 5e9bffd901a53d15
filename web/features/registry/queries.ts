import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { type AliasInput, AliasMove } from '../../../src/modules/gate/schema.ts'
import {
  Deployment,
  Environment,
  InventoryPage,
  type InventoryQuery,
  Model,
  type ModelUpdate,
  ModelVersion,
  VersionSummary,
} from '../../../src/modules/registry/schema.ts'
import { at, get, href, send } from '../../api/http.ts'

export const inventory = (query: Partial<InventoryQuery>) =>
  queryOptions({
    queryKey: ['registry', 'inventory', query],
    queryFn: ({ signal }) => get(at(['models'], query), InventoryPage, signal),
    placeholderData: keepPreviousData,
  })

export const model = (name: string) =>
  queryOptions({ queryKey: ['registry', 'model', name], queryFn: () => get(at(['models', name]), Model) })

export const updateModel = (name: string, input: ModelUpdate) => send('PATCH', at(['models', name]), Model, input)

export const versionsOf = (name: string) =>
  queryOptions({
    queryKey: ['registry', 'versions', name],
    queryFn: async () => {
      const { versions } = await get(at(['models', name, 'versions']), z.object({ versions: z.array(VersionSummary) }))
      return versions.toSorted((a, b) => b.version - a.version)
    },
  })

export const version = (name: string, which: string | number) =>
  queryOptions({
    queryKey: ['registry', 'version', name, String(which)],
    queryFn: () => get(at(['models', name, 'versions', which]), ModelVersion),
  })

export const environments = queryOptions({
  queryKey: ['registry', 'environments'],
  queryFn: async () => (await get('/environments', z.object({ environments: z.array(Environment) }))).environments,
  staleTime: 60_000,
})

export const deployments = (filter: { model?: string; environment?: string }) =>
  queryOptions({
    queryKey: ['registry', 'deployments', filter],
    queryFn: async () =>
      (await get(at(['deployments'], filter), z.object({ deployments: z.array(Deployment) }))).deployments,
  })

export const moveAlias = (name: string, alias: string, input: z.infer<typeof AliasInput>) =>
  send('PUT', at(['models', name, 'aliases', alias]), AliasMove, input)

/** The bytes of one sealed file; the slashes of its path stay slashes. */
export function fileAddress(name: string, number: number, path: string): string {
  return `${href(['models', name, 'versions', number, 'files'])}/${path.split('/').map(encodeURIComponent).join('/')}`
}
