import type { InventoryRow } from '../../../src/modules/registry/schema.ts'

/** What is missing on a model before anybody can answer for it. */
export function gapsOf({ model, latest, deployments }: InventoryRow): string[] {
  const gaps: string[] = []
  if (!model.owner) gaps.push('no owner')
  if (!model.tier) gaps.push('no tier')
  if (!model.purpose.trim()) gaps.push('no purpose')
  if (!latest) gaps.push('no version')
  const champion = model.aliases.find((each) => each.alias === 'champion')?.version
  if (champion !== undefined && deployments.some((each) => each.version !== champion))
    gaps.push('not the champion deployed')
  return gaps
}
