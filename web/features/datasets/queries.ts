import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { DatasetVersion } from '../../../src/modules/datasets/schema.ts'
import { get, href } from '../../api/http.ts'

export const datasets = queryOptions({
  queryKey: ['datasets', 'list'],
  queryFn: async () => (await get('/datasets', z.object({ datasets: z.array(DatasetVersion) }))).datasets,
})

export const contentAddress = (digest: string) => href(['datasets', 'versions', digest, 'content'])
