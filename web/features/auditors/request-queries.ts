import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  AuditorRequest,
  objectOfText,
  type RequestInput,
  RequestSheet,
} from '../../../src/modules/auditor-requests/schema.ts'
import { at, get, send } from '../../api/http.ts'
import { ApiError } from '../../api/problem.ts'

/** Of one seat, or of every seat that whoever looks has to do with. */
export const requests = (state: 'open' | 'all', seat?: string) =>
  queryOptions({
    queryKey: ['auditors', 'requests', state, seat],
    queryFn: async () =>
      (await get(at(['auditor', 'requests'], { state, seat }), z.object({ requests: z.array(AuditorRequest) })))
        .requests,
  })

export const requestSheet = (id: string) =>
  queryOptions({
    queryKey: ['auditors', 'request', id],
    queryFn: () => get(at(['auditor', 'requests', id]), RequestSheet),
  })

export const ask = (input: z.input<typeof RequestInput>) => send('POST', '/auditor/requests', AuditorRequest, input)

export const takeStep = (id: string, step: 'answers' | 'decline' | 'return' | 'close' | 'withdraw', body: object) =>
  send('POST', at(['auditor', 'requests', id, step]), RequestSheet, body)

export const assignRequest = (id: string, assignee: string | null) =>
  send('PUT', at(['auditor', 'requests', id, 'assignee']), RequestSheet, { assignee })

const WithId = z.object({ id: z.string() })

/** What people type or paste, as the server names it: ids, addresses of pages, `MODEL` and `MODEL@VERSION`. */
export async function objectNames(texts: readonly string[]): Promise<string[]> {
  return Promise.all(texts.map(objectName))
}

function unknownName(text: string): ApiError {
  return new ApiError({
    type: 'about:blank',
    code: 'bad_request',
    status: 400,
    title: `“${text}” names nothing that you can see`,
    detail: 'Take a model, MODEL@VERSION, an id, or the address of a page.',
    errors: [],
  })
}

async function objectName(text: string): Promise<string> {
  const named = objectOfText(text)
  if (named !== undefined) return named
  const [, model = text, version] =
    /\/models\/([^/?#]+)(?:\/versions\/([^/?#]+))?/.exec(text)?.map((part) => part && decodeURIComponent(part)) ??
    /^(.+)@([^@]+)$/.exec(text) ??
    []
  const found = await get(
    version === undefined ? at(['models', model]) : at(['models', model, 'versions', version]),
    WithId,
  ).catch(() => {
    throw unknownName(text)
  })
  return `${version === undefined ? 'model' : 'version'}:${found.id}`
}
