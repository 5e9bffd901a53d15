import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { get } from '../../api/http.ts'
import { OpenApi } from './openapi.ts'

const Server = z.object({
  name: z.string(),
  version: z.string(),
  workspace: z.string(),
  public_url: z.string(),
  engine: z.string(),
  open: z.boolean(),
})

export const server = queryOptions({
  queryKey: ['server', 'about'],
  queryFn: () => get('/server', Server),
  staleTime: Number.POSITIVE_INFINITY,
})

export const openapi = queryOptions({
  queryKey: ['server', 'openapi'],
  queryFn: () => get('/openapi.json', OpenApi),
  staleTime: Number.POSITIVE_INFINITY,
})
