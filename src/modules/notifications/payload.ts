import type { Json, JsonObject } from '../../lib/json.ts'
import type { EventBody } from '../audit/schema.ts'

/**
 * Details that leave the server: names of things, states, figures and digests. Whatever people write (descriptions, notes,
 * reasons, values of tags) and whoever they are stays here; a receiver that may read it asks the API by the ids.
 */
const told = new Set([
  'action',
  'after',
  'alias',
  'before',
  'count',
  'dataset',
  'digest',
  'duty',
  'environment',
  'evidence',
  'experiment',
  'kind',
  'kinds',
  'model',
  'outcome',
  'recomputed',
  'recorded',
  'role',
  'runs',
  'scope_digest',
  'seal',
  'size',
  'status',
  'tier',
  'verdict',
  'version',
])
const longestText = 200

/** Changes whose value before and after is what somebody wrote. */
const wordy = /^(model|version)\.updated$|\.renamed$/

export function payloadOf(event: EventBody, workspace: string): JsonObject {
  const { action, at, index, subject, about, actor, detail } = event
  return {
    type: action,
    timestamp: at,
    workspace,
    data: {
      index,
      subject,
      about,
      actor: { id: actor.id, kind: actor.kind },
      detail: wordy.test(action) ? {} : tellable(detail),
    },
  }
}

function tellable(detail: EventBody['detail']): JsonObject {
  return Object.fromEntries(Object.entries(detail).filter(([key, value]) => told.has(key) && isPlain(value)))
}

const isPlain = (value: Json): boolean => {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && isPlain(item))
  return typeof value === 'string' ? value.length <= longestText : typeof value !== 'object' || value === null
}

/** `decision.*` takes every action of decisions, `*` every action there is. */
export function matches(pattern: string, action: string): boolean {
  if (pattern === '*' || pattern === action) return true
  return pattern.endsWith('.*') && action.startsWith(pattern.slice(0, -1))
}
