import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { PolicyPlan, PolicyVersion, Publication } from '../../../src/modules/policy/schema.ts'
import { Preview } from '../../../src/modules/studio/schema.ts'
import { at, get, send } from '../../api/http.ts'

/** What a text says, while it is being written. */
export const preview = (text: string, tests: string | null) =>
  queryOptions({
    queryKey: ['policy', 'preview', text, tests],
    queryFn: () => send('POST', '/policies/preview', Preview, { text, tests }),
    placeholderData: keepPreviousData,
  })

export const plan = (text: string) =>
  queryOptions({
    queryKey: ['policy', 'plan', text],
    queryFn: () => send('POST', '/policies/plan', PolicyPlan, { text }),
  })

export const publication = (name: string, version: number) =>
  queryOptions({
    queryKey: ['policy', 'publication', name, version],
    queryFn: () => get(at(['policies', name, 'versions', version, 'publication']), Publication),
  })

export const saveWithTests = (text: string, tests: string | null) =>
  send('POST', '/policies', PolicyVersion, { text, tests })
