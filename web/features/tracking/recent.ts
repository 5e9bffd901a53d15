import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { Run } from '../../../src/modules/tracking/schema.ts'
import { at, get } from '../../api/http.ts'

/** The newest runs of an experiment, for finding them by name. */
export const recentRuns = (experimentId: string) =>
  queryOptions({
    queryKey: ['tracking', 'recent', experimentId],
    queryFn: async () =>
      (await get(at(['experiments', experimentId, 'runs'], { limit: 30 }), z.object({ runs: z.array(Run) }))).runs,
    staleTime: 30_000,
  })
