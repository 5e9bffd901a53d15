import { queryOptions } from '@tanstack/react-query'
import { Connections, DryRun, type DryRunInput } from '../../../src/modules/connections/schema.ts'
import { type ExplainQuery, Explanation } from '../../../src/modules/simulator/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const connections = queryOptions({
  queryKey: ['admin', 'connections'],
  queryFn: () => get('/connections', Connections),
})

export const dryRun = (input: DryRunInput) => send('POST', '/connections/dry-runs', DryRun, input)

export const explanation = (query: ExplainQuery) =>
  queryOptions({
    queryKey: ['admin', 'explain', query],
    queryFn: () => get(at(['access', 'explain'], query), Explanation),
    retry: false,
  })
