import type { FastifyRequest } from 'fastify'
import { badRequest, conflict } from '../lib/errors.ts'
import { isStorableThroughout } from '../lib/text.ts'
import { firstWorkspace, mlflowFirstWorkspace } from '../modules/workspaces/schema.ts'

export const workspaceHeader = 'x-modelkeep-workspace'
/** What MLflow's clients send. */
export const mlflowWorkspaceHeader = 'x-mlflow-workspace'

type NamingRequest = Pick<FastifyRequest, 'headers'> & Partial<Pick<FastifyRequest, 'params' | 'routeOptions'>>

/** Which workspace a request names, by its path or by whichever header; `main` when it names none. */
export function workspaceIn({ headers, params, routeOptions }: NamingRequest): string {
  const part = routeOptions?.config.workspaceIn
  if (part !== undefined) return storable((params as Record<string, string>)[part] ?? firstWorkspace)
  if (headers[workspaceHeader] === undefined && headers[mlflowWorkspaceHeader] === undefined) return firstWorkspace
  const named = new Set<string>()
  for (const header of [workspaceHeader, mlflowWorkspaceHeader]) {
    for (const value of [headers[header] ?? ''].flat()) {
      const name = value.trim()
      if (name !== '') named.add(name === mlflowFirstWorkspace ? firstWorkspace : name)
    }
  }
  const [name = firstWorkspace, ...others] = named
  if (others.length > 0) throw badRequest('the headers of this request name different workspaces')
  return storable(name)
}

/** It is looked up before the rest of the address is read, so what no database could hold is refused here. */
function storable(name: string): string {
  if (isStorableThroughout(name)) return name
  throw badRequest('the name of the workspace has a NUL character or half of a surrogate pair')
}

type RawRequest = { url?: string | undefined; headers: Record<string, string | string[] | undefined> }

/**
 * Links cannot carry headers, so below `/api/v1` the query may name the workspace. It is taken out before routes see it, and
 * counts as one more header.
 */
export function takeWorkspaceFromQuery(req: RawRequest): string {
  const url = req.url ?? '/'
  const at = url.indexOf('?')
  if (at < 0 || !url.startsWith('/api/v1/') || !url.includes('workspace=', at)) return url
  const kept: string[] = []
  for (const pair of url.slice(at + 1).split('&')) {
    const [, name] = /^workspace=(.*)$/s.exec(pair) ?? []
    if (name === undefined) kept.push(pair)
    else req.headers[workspaceHeader] = [req.headers[workspaceHeader] ?? [], decoded(name)].flat()
  }
  return kept.length > 0 ? `${url.slice(0, at)}?${kept.join('&')}` : url.slice(0, at)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

const reads = /\.read$/

/** An archived workspace is read and changed by nobody. What asks the gate wants its answer kept, so it is a change. */
export function refuseChange(req: FastifyRequest): void {
  const { requires = 'public' } = req.routeOptions.config
  const isAccount = requires === 'signed-in' || requires === 'access.write'
  if (isAccount || reads.test(requires)) return
  throw conflict(`the workspace ${req.workspace} is archived: it can be read, and nobody changes it`, {
    error_code: 'INVALID_STATE',
  })
}
