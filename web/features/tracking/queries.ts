import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { VersionSummary } from '../../../src/modules/registry/schema.ts'
import { ExperimentRow, MetricPoint, Run } from '../../../src/modules/tracking/schema.ts'
import { at, get } from '../../api/http.ts'

export const experiments = queryOptions({
  queryKey: ['tracking', 'experiments'],
  queryFn: async () => (await get('/experiments', z.object({ experiments: z.array(ExperimentRow) }))).experiments,
})

export const experiment = (id: string) =>
  queryOptions({
    queryKey: ['tracking', 'experiment', id],
    queryFn: () => get(at(['experiments', id]), ExperimentRow),
  })

const RunPage = z.object({ runs: z.array(Run), next_page_token: z.string().nullish() })
export type RunQuery = { filter?: string | undefined; order_by?: string | undefined; limit?: number }

export const runsOf = (experimentId: string, query: RunQuery = {}) =>
  infiniteQueryOptions({
    queryKey: ['tracking', 'runs', experimentId, query],
    queryFn: ({ pageParam }) =>
      get(at(['experiments', experimentId, 'runs'], { limit: 100, ...query, page_token: pageParam }), RunPage),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_page_token ?? undefined,
    placeholderData: keepPreviousData,
  })

export const run = (id: string) =>
  queryOptions({ queryKey: ['tracking', 'run', id], queryFn: () => get(at(['runs', id]), Run), retry: false })

const SeriesPage = z.object({ series: z.array(z.object({ key: z.string(), points: z.array(MetricPoint) })) })

export const metricsOf = (runId: string, keys: readonly string[]) =>
  queryOptions({
    queryKey: ['tracking', 'metrics', runId, keys],
    queryFn: async () => {
      const wanted = new URLSearchParams(keys.map((key) => ['key', key]))
      wanted.set('max_points', '1000')
      return (await get(`${at(['runs', runId, 'metrics'])}?${wanted}`, SeriesPage)).series
    },
    enabled: keys.length > 0,
  })

const FileList = z.object({
  files: z.array(z.object({ path: z.string(), is_dir: z.boolean(), size: z.number().nullish() })),
})

export const artifactsOf = (runId: string, path: string) =>
  queryOptions({
    queryKey: ['tracking', 'artifacts', runId, path],
    queryFn: async () => (await get(at(['runs', runId, 'artifacts'], { path }), FileList)).files,
  })

export const versionsFrom = (runId: string) =>
  queryOptions({
    queryKey: ['tracking', 'versions', runId],
    queryFn: async () =>
      (await get(at(['runs', runId, 'versions']), z.object({ versions: z.array(VersionSummary) }))).versions,
  })
