import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { EventPage, Proof, TrailCheck } from '../../../src/modules/audit/schema.ts'
import { at, get, href } from '../../api/http.ts'

export type TrailFilter = { about?: string | undefined; actor?: string | undefined; action?: string | undefined }

export const events = (filter: TrailFilter, limit = 100) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'events', filter, limit],
    queryFn: ({ pageParam }) => get(at(['audit', 'events'], { ...filter, before: pageParam, limit }), EventPage),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
  })

/** The server recomputes the whole tree for this answer, so it is asked once and on demand. */
export const trailCheck = queryOptions({
  queryKey: ['audit', 'check'],
  queryFn: () => get('/audit/check', TrailCheck),
  staleTime: 300_000,
})

export const inclusionProof = (index: number, size: number) =>
  queryOptions({
    queryKey: ['audit', 'inclusion', index, size],
    queryFn: () => get(at(['audit', 'proofs', 'inclusion'], { index, size }), Proof),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const exportAddress = href(['audit', 'export'])
