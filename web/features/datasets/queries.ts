import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { DatasetDetail, DatasetPreview, DatasetVersion } from '../../../src/modules/datasets/schema.ts'
import { at, get, href } from '../../api/http.ts'
import { type Upload, upload } from '../../api/upload.ts'

export const datasets = queryOptions({
  queryKey: ['datasets', 'list'],
  queryFn: async () => (await get('/datasets', z.object({ datasets: z.array(DatasetVersion) }))).datasets,
})

export const contentAddress = (digest: string) => href(['datasets', 'versions', digest, 'content'])

export const dataset = (digest: string) =>
  queryOptions({
    queryKey: ['datasets', 'version', digest],
    queryFn: () => get(at(['datasets', 'versions', digest]), DatasetDetail),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The first rows of a stored table. */
export const preview = (digest: string, rows: number) =>
  queryOptions({
    queryKey: ['datasets', 'preview', digest, rows],
    queryFn: () => get(at(['datasets', 'versions', digest, 'preview'], { rows }), DatasetPreview),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Stores a table; the same bytes under the same name are stored once. */
export const storeTable = (
  { name, format }: { name: string; format: DatasetVersion['format'] },
  file: Blob,
  progress: (share: number) => void,
): Upload<DatasetVersion> => upload(at(['datasets', name, 'versions'], { format }), file, DatasetVersion, progress)
