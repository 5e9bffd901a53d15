import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  System,
  SystemDetail,
  type SystemInput,
  type SystemQuery,
  type SystemUpdate,
} from '../../../src/modules/systems/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const systems = (filter: SystemQuery) =>
  queryOptions({
    queryKey: ['systems', 'list', filter],
    queryFn: async () => (await get(at(['systems'], filter), z.object({ systems: z.array(System) }))).systems,
    placeholderData: (before) => before,
  })

export const system = (name: string) =>
  queryOptions({ queryKey: ['systems', 'one', name], queryFn: () => get(at(['systems', name]), SystemDetail) })

export const createSystem = (input: SystemInput) => send('POST', '/systems', System, input)
export const updateSystem = (name: string, input: SystemUpdate) => send('PATCH', at(['systems', name]), System, input)
export const addModel = (name: string, model: string) => send('PUT', at(['systems', name, 'models', model]), System)
export const removeModel = (name: string, model: string) =>
  send('DELETE', at(['systems', name, 'models', model]), System)
export const retireSystem = (name: string, reason: string) =>
  send('POST', at(['systems', name, 'retire']), System, { reason })
