import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { PolicyVersion, StarterPolicy } from '../../../src/modules/policy/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const policies = queryOptions({
  queryKey: ['policy', 'policies'],
  queryFn: async () => (await get('/policies', z.object({ policies: z.array(PolicyVersion) }))).policies,
})

export const policyVersion = (name: string, version: number) =>
  queryOptions({
    queryKey: ['policy', 'version', name, version],
    queryFn: () => get(at(['policies', name, 'versions', version]), PolicyVersion),
  })

export const publish = (name: string, version: number) =>
  send('POST', at(['policies', name, 'versions', version, 'publish']), PolicyVersion)
export const saveDraft = (text: string, tests?: string) =>
  send('POST', '/policies', PolicyVersion, { text, ...(tests === undefined ? {} : { tests }) })

export const starters = queryOptions({
  queryKey: ['policy', 'starters'],
  queryFn: async () => (await get('/policies/starters', z.object({ starters: z.array(StarterPolicy) }))).starters,
  staleTime: Number.POSITIVE_INFINITY,
})
