import { queryOptions } from '@tanstack/react-query'
import { NoticeList, type ReadInput } from '../../../src/modules/notifications/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const notices = (state: 'unread' | 'all') =>
  queryOptions({
    queryKey: ['notices', state],
    queryFn: () => get(at(['notices'], { state }), NoticeList),
    refetchInterval: 60_000,
  })

export const markRead = (input: ReadInput) => send('POST', at(['notices', 'read']), NoticeList, input)
