import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  BreakGlass,
  type BreakGlassInput,
  BreakGlassResult,
  BreakGlassRules,
} from '../../../src/modules/break-glass/schema.ts'
import { at, get, send } from '../../api/http.ts'

/** What waits for a second person, runs, or was not reviewed. */
export const openBreakGlass = (filter: { model?: string; version?: number } = {}) =>
  queryOptions({
    queryKey: ['break-glass', filter],
    queryFn: async () =>
      (await get(at(['break-glass'], filter), z.object({ break_glass: z.array(BreakGlass) }))).break_glass,
  })

export const breakGlassRules = queryOptions({
  queryKey: ['break-glass', 'rules'],
  queryFn: async () => (await get(at(['break-glass', 'rules']), z.object({ rules: z.array(BreakGlassRules) }))).rules,
})

/** A refusal comes back as an answer with status 409. */
export const requestBreakGlass = (input: BreakGlassInput) =>
  send('POST', '/break-glass', BreakGlassResult, input, [409])

/** A refusal comes back as an answer with status 409. */
export const confirmBreakGlass = (id: string, reason: string) =>
  send('POST', at(['break-glass', id, 'confirmation']), BreakGlassResult, { reason }, [409])

export const endBreakGlass = (id: string, reason: string) =>
  send('POST', at(['break-glass', id, 'end']), BreakGlass, { reason })
