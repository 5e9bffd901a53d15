import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Assessment,
  type AssessmentInput,
  Span,
  type TraceDeletion,
  TraceOutline,
  TracePage,
} from '../../../src/modules/traces/schema.ts'
import { at, get, send, sendOnly } from '../../api/http.ts'

export type TraceQuery = { filter?: string | undefined; order_by?: string | undefined }

export const tracesOf = (experimentId: string, query: TraceQuery) =>
  infiniteQueryOptions({
    queryKey: ['traces', 'list', experimentId, query],
    queryFn: ({ pageParam }) =>
      get(at(['experiments', experimentId, 'traces'], { limit: 50, ...query, page_token: pageParam }), TracePage),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_page_token ?? undefined,
    placeholderData: keepPreviousData,
  })

export const traceOutline = (id: string) =>
  queryOptions({
    queryKey: ['traces', 'outline', id],
    queryFn: () => get(at(['traces', id, 'outline']), TraceOutline),
    retry: false,
  })

export const spanOf = (trace: string, span: string) =>
  queryOptions({
    queryKey: ['traces', 'span', trace, span],
    queryFn: () => get(at(['traces', trace, 'spans', span]), Span),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export const deleteTraces = (experimentId: string, input: TraceDeletion) =>
  send('POST', at(['experiments', experimentId, 'traces', 'deletion']), z.object({ deleted: z.int() }), input)

export const setTraceTag = (id: string, key: string, value: string) =>
  sendOnly('PUT', at(['traces', id, 'tags']), { key, value })
export const removeTraceTag = (id: string, key: string) => sendOnly('DELETE', at(['traces', id, 'tags'], { key }))

export const assessTrace = (id: string, input: AssessmentInput) =>
  send('POST', at(['traces', id, 'assessments']), Assessment, input)
export const removeAssessment = (trace: string, id: string) =>
  sendOnly('DELETE', at(['traces', trace, 'assessments', id]))
