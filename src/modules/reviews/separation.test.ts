import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idOf } from '../../testing/snapshots.ts'
import { Permission, Role } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { conflictsOf } from './separation.ts'

const names = ['ann', 'ben', 'cem', 'dot', 'eve']
const people = names.map((name) => idOf('per', name) as PersonId)
const services = ['bot1', 'bot2'].map((name) => idOf('per', name) as PersonId)

const someone = fc.constantFrom(...people, ...services)
const grant = fc.oneof(
  fc.record({ role: fc.constantFrom(...Role.options), model: fc.constantFrom(null, 'wages', 'other') }),
  fc.record({
    role: fc.constant('risk-committee'),
    model: fc.constantFrom(null, 'wages', 'other'),
    permissions: fc.constant(Permission.options),
  }),
)
const world = fc.record({
  actor: someone,
  via: fc.constantFrom('session', 'token', 'password'),
  grants: fc.array(grant, { maxLength: 8 }),
  requester: someone,
  developers: fc.array(someone, { minLength: 1, maxLength: 4 }),
  roles: fc.array(fc.constantFrom(...Role.options), { maxLength: 3 }),
  behind: fc.dictionary(fc.constantFrom(...services), fc.subarray(people)),
  standIns: fc.dictionary(fc.constantFrom(...people), fc.subarray(people, { maxLength: 2 })),
  inPlaceOf: fc.uniqueArray(fc.constantFrom(...people), { maxLength: 1 }),
})

test('no combination of roles, grants, tokens, service accounts, deputies and delegations lets anybody approve their own work', () => {
  let decided = 0
  fc.assert(
    fc.property(
      world,
      ({ actor, grants, requester, developers, roles, behind, standIns: deputies, inPlaceOf: reviewers }) => {
        const owners = new Map(Object.entries(behind)) as Map<PersonId, PersonId[]>
        const standIns = new Map(Object.entries(deputies)) as Map<PersonId, PersonId[]>
        const kind = services.includes(actor) ? ('service' as const) : ('person' as const)
        const inPlaceOf = reviewers.map((person) => ({ person, roles: ['validator' as const] }))
        const parties = { model: 'wages', requester, developers, behind: owners, standIns, roles, inPlaceOf }
        const conflicts = conflictsOf({ id: actor, kind, grants }, parties)

        const makers = [requester, ...developers].flatMap((each) => [each, ...(owners.get(each) ?? [])])
        const made = new Set(makers.flatMap((each) => [each, ...(standIns.get(each) ?? [])]))
        const compared = [actor, ...reviewers]
        if (compared.some((each) => made.has(each)) || kind === 'service') expect(conflicts).not.toEqual([])
        if (conflicts.length > 0) return
        decided++
        expect(compared.some((each) => made.has(each))).toBe(false)
        if (roles.length > 0) {
          const own = grants.some((each) => roles.some((role) => role === each.role) && each.model !== 'other')
          expect(own || (reviewers.length > 0 && roles.includes('validator'))).toBe(true)
        }
      },
    ),
    { numRuns: 5000 },
  )
  // The law forbids self-approval, not approval.
  expect(decided).toBeGreaterThan(100)
})
