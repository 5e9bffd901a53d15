import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { VersionSummary } from '../../../src/modules/registry/schema.ts'
import { ExperimentRow, LoggedModel, MetricPoint, Run } from '../../../src/modules/tracking/schema.ts'
import { at, get, getText, href, send, sendOnly } from '../../api/http.ts'

export const experiments = queryOptions({
  queryKey: ['tracking', 'experiments'],
  queryFn: async () => (await get('/experiments', z.object({ experiments: z.array(ExperimentRow) }))).experiments,
})

/** Those that were deleted and can be restored. */
export const deletedExperiments = queryOptions({
  queryKey: ['tracking', 'experiments', 'deleted'],
  queryFn: async () =>
    (await get(at(['experiments'], { view: 'deleted' }), z.object({ experiments: z.array(ExperimentRow) })))
      .experiments,
})

export const createExperiment = (name: string) => send('POST', '/experiments', ExperimentRow, { name })
export const renameExperiment = (id: string, name: string) =>
  send('PATCH', at(['experiments', id]), ExperimentRow, { name })
export const setExperimentTag = (id: string, key: string, value: string) =>
  sendOnly('PUT', at(['experiments', id, 'tags']), { key, value })
export const deleteExperiment = (id: string, reason: string) =>
  send('POST', at(['experiments', id, 'deletion']), ExperimentRow, { reason })
export const restoreExperiment = (id: string) => send('POST', at(['experiments', id, 'restoration']), ExperimentRow)

export const renameRun = (id: string, name: string) => send('PATCH', at(['runs', id]), Run, { name })
export const setRunTag = (id: string, key: string, value: string) =>
  sendOnly('PUT', at(['runs', id, 'tags']), { key, value })
export const removeRunTag = (id: string, key: string) => sendOnly('DELETE', at(['runs', id, 'tags'], { key }))
const Counted = z.object({ runs: z.int() })
export const deleteRuns = (run_ids: readonly string[], reason: string) =>
  send('POST', '/runs/deletion', Counted, { run_ids, reason })
export const restoreRuns = (run_ids: readonly string[]) => send('POST', '/runs/restoration', Counted, { run_ids })

export const experiment = (id: string) =>
  queryOptions({
    queryKey: ['tracking', 'experiment', id],
    queryFn: () => get(at(['experiments', id]), ExperimentRow),
  })

const RunPage = z.object({ runs: z.array(Run), next_page_token: z.string().nullish() })
export type RunQuery = {
  filter?: string | undefined
  order_by?: string | undefined
  view?: string | undefined
  limit?: number
}

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

const ModelPage = z.object({ models: z.array(LoggedModel), next_page_token: z.string().nullable() })

export const loggedModelsOf = (experimentId: string, filter: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['tracking', 'logged-models', experimentId, filter],
    queryFn: ({ pageParam }) =>
      get(at(['experiments', experimentId, 'logged-models'], { filter, limit: 50, page_token: pageParam }), ModelPage),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_page_token ?? undefined,
    placeholderData: keepPreviousData,
  })

/** The bytes of an artifact, for links, images and previews. */
export const fileAddress = (runId: string, path: string) => href(['runs', runId, 'files'], { path })

const mostShown = 256 * 1024

/** The beginning of a file as text, and whether it goes on. */
export const fileText = (runId: string, path: string) =>
  queryOptions({
    queryKey: ['tracking', 'file', runId, path],
    queryFn: () => getText(at(['runs', runId, 'files'], { path }), mostShown),
    retry: false,
  })
