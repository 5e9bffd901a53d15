import { conflict } from '../../lib/errors.ts'
import type { Thing } from '../audit/schema.ts'
import type { FindingRow } from './tables.ts'

export const unresolved = {
  proof: null,
  resolved_by: null,
  resolved_at: null,
  verification: null,
  verified_by: null,
  closed_at: null,
} as const

export function thingsOf({ model_id, version_id }: Pick<FindingRow, 'model_id' | 'version_id'>): Thing[] {
  return [`model:${model_id}`, ...(version_id === null ? [] : [`version:${version_id}` as const])]
}

export const moved = (id: string) => conflict(`finding ${id} changed meanwhile; look at it again`)
