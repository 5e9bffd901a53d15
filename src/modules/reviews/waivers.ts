import { forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, permits } from '../access/schema.ts'
import { getVersion } from '../registry/index.ts'
import { createRequirementWaivers } from './requirement-waivers.ts'
import { createScanWaivers } from './scan-waivers.ts'
import type { Waiver, WaiverInput, WaiverResult } from './schema.ts'

type WaiverParts = Parameters<typeof createRequirementWaivers>[0]

/** Waivers of both kinds: of what a look at files found, and of what a policy asks for. */
export function createWaivers(parts: WaiverParts) {
  const scan = createScanWaivers(parts)
  const requirement = createRequirementWaivers(parts)

  function give(actor: Actor, name: string, which: string, input: WaiverInput): Promise<WaiverResult> {
    switch (input.kind) {
      case 'scan':
        return scan.give(actor, name, which, input)
      case 'requirement':
        return requirement.give(actor, name, which, input)
    }
  }

  async function withdraw(actor: Actor, id: string): Promise<Waiver> {
    const withdrawn = (await scan.withdraw(actor, id)) ?? (await requirement.withdraw(actor, id))
    if (!withdrawn) throw notFound('waiver', id)
    return withdrawn
  }

  /** Newest first. */
  async function list(actor: Actor, name: string, which: string): Promise<Waiver[]> {
    const version = await getVersion(parts.db, name, which)
    if (!permits(actor, 'review.read', version.model)) throw forbidden('this needs the permission review.read')
    const found: Waiver[] = [...(await scan.list(version)), ...(await requirement.list(version))]
    return found.toSorted((a, b) => (a.id < b.id ? 1 : -1))
  }

  return { give, withdraw, list }
}
