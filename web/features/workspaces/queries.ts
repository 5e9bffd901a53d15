import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { WorkspaceContent, WorkspaceInfo } from '../../../src/modules/workspaces/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const workspaces = queryOptions({
  queryKey: ['workspaces', 'list'],
  queryFn: async () => (await get('/workspaces', z.object({ workspaces: z.array(WorkspaceInfo) }))).workspaces,
  staleTime: 30_000,
})

export const content = (name: string) =>
  queryOptions({
    queryKey: ['workspaces', 'content', name],
    queryFn: () => get(at(['workspaces', name, 'content']), WorkspaceContent),
    staleTime: 30_000,
  })

export const createWorkspace = (name: string, description: string) =>
  send('POST', '/workspaces', WorkspaceInfo, { name, ...(description ? { description } : {}) })
export const archiveWorkspace = (name: string, reason: string) =>
  send('POST', at(['workspaces', name, 'archive']), WorkspaceInfo, { reason })
export const restoreWorkspace = (name: string) => send('POST', at(['workspaces', name, 'restore']), WorkspaceInfo)
