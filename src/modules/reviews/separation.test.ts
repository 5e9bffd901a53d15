import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idOf } from '../../testing/snapshots.ts'
import { Role } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { conflictsOf } from './separation.ts'

const names = ['ann', 'ben', 'cem', 'dot', 'eve']
const people = names.map((name) => idOf('per', name) as PersonId)
const services = ['bot1', 'bot2'].map((name) => idOf('per', name) as PersonId)

const someone = fc.constantFrom(...people, ...services)
const grant = fc.record({ role: fc.constantFrom(...Role.options), model: fc.constantFrom(null, 'wages', 'other') })
const world = fc.record({
  actor: someone,
  via: fc.constantFrom('session', 'token', 'password'),
  grants: fc.array(grant, { maxLength: 8 }),
  requester: someone,
  developers: fc.array(someone, { minLength: 1, maxLength: 4 }),
  roles: fc.array(fc.constantFrom(...Role.options), { maxLength: 3 }),
  behind: fc.dictionary(fc.constantFrom(...services), fc.subarray(people)),
})

test('no combination of roles, grants, tokens and service accounts lets anybody approve their own work', () => {
  let decided = 0
  fc.assert(
    fc.property(world, ({ actor, grants, requester, developers, roles, behind }) => {
      const owners = new Map(Object.entries(behind)) as Map<PersonId, PersonId[]>
      const kind = services.includes(actor) ? ('service' as const) : ('person' as const)
      const parties = { model: 'wages', requester, developers, behind: owners, roles }
      const conflicts = conflictsOf({ id: actor, kind, grants }, parties)

      const made = new Set([requester, ...developers].flatMap((each) => [each, ...(owners.get(each) ?? [])]))
      if (made.has(actor) || kind === 'service') expect(conflicts).not.toEqual([])
      if (conflicts.length > 0) return
      decided++
      expect(made.has(actor)).toBe(false)
      if (roles.length > 0) {
        expect(grants.some((each) => roles.includes(each.role) && each.model !== 'other')).toBe(true)
      }
    }),
    { numRuns: 5000 },
  )
  // The law forbids self-approval, not approval.
  expect(decided).toBeGreaterThan(100)
})
