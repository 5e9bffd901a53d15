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

const Key = z.object({
  id: z.string(),
  use: z.enum(['log', 'signing']),
  public_key_pem: z.string(),
  verifier: z.string().optional(),
})

export const publicKeys = queryOptions({
  queryKey: ['server', 'keys'],
  queryFn: async () => (await get('/keys', z.object({ keys: z.array(Key) }))).keys,
  staleTime: Number.POSITIVE_INFINITY,
})

export const openapi = queryOptions({
  queryKey: ['server', 'openapi'],
  queryFn: () => get('/openapi.json', OpenApi),
  staleTime: Number.POSITIVE_INFINITY,
})
