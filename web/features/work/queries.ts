import { queryOptions } from '@tanstack/react-query'
import { Calendar, MyWork } from '../../../src/modules/work/schema.ts'
import { at, get } from '../../api/http.ts'

export const myWork = queryOptions({
  queryKey: ['work', 'mine'],
  queryFn: () => get(at(['work']), MyWork),
  refetchInterval: 60_000,
})

export const calendar = (days: number) =>
  queryOptions({
    queryKey: ['work', 'calendar', days],
    queryFn: () => get(at(['work', 'calendar'], { days: String(days) }), Calendar),
  })
