import { queryOptions } from '@tanstack/react-query'
import { Connections } from '../../../src/modules/connections/schema.ts'
import { type ExplainQuery, Explanation } from '../../../src/modules/simulator/schema.ts'
import { at, get } from '../../api/http.ts'

export const connections = queryOptions({
  queryKey: ['admin', 'connections'],
  queryFn: () => get('/connections', Connections),
})

export const explanation = (query: ExplainQuery) =>
  queryOptions({
    queryKey: ['admin', 'explain', query],
    queryFn: () => get(at(['access', 'explain'], query), Explanation),
    retry: false,
  })
