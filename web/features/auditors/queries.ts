import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { Seat, type SeatInput } from '../../../src/modules/access/schema.ts'
import { EventPage } from '../../../src/modules/audit/schema.ts'
import { AuditorRoom, type Population, Sample, SeatRead } from '../../../src/modules/auditors/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const room = queryOptions({
  queryKey: ['auditors', 'room'],
  queryFn: () => get('/auditor/room', AuditorRoom),
})

export const scopedEvents = (model: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['auditors', 'events', model],
    queryFn: ({ pageParam }) => get(at(['auditor', 'events'], { model, before: pageParam, limit: 50 }), EventPage),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
  })

type SampleAsked = {
  population: Population
  method: string
  size: number | undefined
  seed: string | undefined
  by_tier: boolean | undefined
  from: string | undefined
  until: string | undefined
}

/** Not asked again by itself: each look is a read that stands in the trail. */
export const sample = ({ by_tier, ...asked }: SampleAsked) =>
  queryOptions({
    queryKey: ['auditors', 'sample', { by_tier, ...asked }],
    queryFn: () => get(at(['auditor', 'sample'], { ...asked, by_tier: by_tier ? 'true' : undefined }), Sample),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const seats = queryOptions({
  queryKey: ['auditors', 'seats'],
  queryFn: async () => (await get('/seats', z.object({ seats: z.array(Seat) }))).seats,
})

export const seatReads = (seat: string) =>
  queryOptions({
    queryKey: ['auditors', 'reads', seat],
    queryFn: async () =>
      (await get(at(['seats', seat, 'reads'], { limit: 200 }), z.object({ reads: z.array(SeatRead) }))).reads,
    refetchInterval: 15_000,
  })

export const openSeat = (input: SeatInput) => send('POST', '/seats', Seat, input)
export const closeSeat = (seat: string, reason: string) => send('POST', at(['seats', seat, 'close']), Seat, { reason })
