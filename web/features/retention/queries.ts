import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  Collection,
  DeletedThings,
  Hold,
  type HoldInput,
  Preview,
  Purge,
  PurgeAnswer,
  type PurgeInput,
  PurgeSummary,
  Rule,
  type RuleInput,
  type RuleState,
  Storage,
} from '../../../src/modules/retention/schema.ts'
import { at, get, send } from '../../api/http.ts'

const key = 'retention'
/** While something is going on, the page looks again every second. */
const busyMs = 1000
const isOpen = ({ state }: { state: string }) => state === 'queued' || state === 'running'

export const rules = queryOptions({
  queryKey: [key, 'rules'],
  queryFn: async () => (await get('/retention/rules', z.object({ rules: z.array(Rule) }))).rules,
})
export const preview = (input: RuleInput) =>
  queryOptions({
    queryKey: [key, 'preview', input],
    queryFn: () => send('POST', '/retention/preview', Preview, input),
    retry: false,
  })
export const purges = queryOptions({
  queryKey: [key, 'purges'],
  queryFn: async () => (await get('/purges', z.object({ purges: z.array(PurgeSummary) }))).purges,
  refetchInterval: (query) => (query.state.data?.some(isOpen) ? busyMs : false),
})
export const purge = (id: string) =>
  queryOptions({
    queryKey: [key, 'purge', id],
    queryFn: () => get(at(['purges', id]), Purge),
    refetchInterval: (query) => (query.state.data && isOpen(query.state.data) ? busyMs : false),
  })
export const holds = queryOptions({
  queryKey: [key, 'holds'],
  queryFn: async () => (await get('/holds?lifted=true', z.object({ holds: z.array(Hold) }))).holds,
})
export const deleted = queryOptions({
  queryKey: [key, 'deleted'],
  queryFn: () => get('/deleted', DeletedThings),
})
export const storage = queryOptions({
  queryKey: [key, 'storage'],
  queryFn: () => get('/storage', Storage),
})
export const collections = queryOptions({
  queryKey: [key, 'collections'],
  queryFn: async () => (await get('/storage/collections', z.object({ collections: z.array(Collection) }))).collections,
  refetchInterval: (query) => (query.state.data?.some(isOpen) ? busyMs : false),
})

export const createRule = (input: RuleInput) => send('POST', '/retention/rules', Rule, input)
export const setRuleState = ({ id, version }: Pick<Rule, 'id' | 'version'>, state: RuleState) =>
  send('PUT', at(['retention', 'rules', id, 'state']), Rule, { state, version })
export const runRule = (id: string) => send('POST', at(['retention', 'rules', id, 'executions']), Purge)
export const placeHold = (input: HoldInput) => send('POST', '/holds', Hold, input)
export const liftHold = (id: string, reason: string) => send('POST', at(['holds', id, 'lift']), Hold, { reason })
export const requestPurge = (
  input: Partial<Omit<PurgeInput, 'what'>> & { what: Record<string, string[]>; reason: string },
) => send('POST', '/purges', PurgeAnswer, input, [409])
export const cancelPurge = (id: string) => send('POST', at(['purges', id, 'cancel']), Purge)
export const collect = () => send('POST', '/storage/collections', Collection)
export const everything = { queryKey: [key] }
