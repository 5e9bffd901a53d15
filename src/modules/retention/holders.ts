import type { RestingVersion } from '../registry/index.ts'
import type { Holder } from './schema.ts'
import type { HoldRow } from './tables.ts'

/** What each thing is held by; things that nothing holds are not in it. */
export type HolderMap = Map<string, Holder[]>

export function add(holders: HolderMap, id: string, ...more: readonly Holder[]): void {
  if (more.length === 0) return
  const known = holders.get(id)
  if (!known) holders.set(id, [...more])
  else for (const one of more) if (!known.some(({ kind, id }) => kind === one.kind && id === one.id)) known.push(one)
}

const versionLink = (version: Pick<RestingVersion, 'model' | 'version' | 'shown'>) =>
  version.shown ? `/models/${encodeURIComponent(version.model)}/versions/${version.version}` : null

export const restingOn = (version: RestingVersion, reason: string): Holder => ({
  kind: 'version',
  id: version.id,
  name: `${version.model} ${version.version}`,
  reason,
  link: versionLink(version),
})

export const heldBy = (hold: HoldRow): Holder => ({
  kind: 'hold',
  id: hold.id,
  name: hold.reason,
  reason: `a hold on this ${hold.kind.replace('_', ' ')}, or on what it belongs to`,
  link: '/retention?tab=holds',
})

export const state = (id: string, reason: string): Holder => ({ kind: 'state', id, name: 'state', reason, link: null })
