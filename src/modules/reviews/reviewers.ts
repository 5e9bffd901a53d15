import type { Db } from '../../db/database.ts'
import { type Person, permits } from '../access/schema.ts'
import type { PersonId } from '../audit/schema.ts'
import { delegationsOf } from './flow-store.ts'
import { rolesAsked, rolesHandedOn } from './parts.ts'
import type { Delegation } from './schema.ts'
import { conflictsOf, type Parties, rolesOn } from './separation.ts'
import type { Situation } from './situation.ts'
import type * as store from './store.ts'

type Place = { person: PersonId; roles: string[]; delegation: string }
type Asked = Pick<Situation, 'policies' | 'model'>

/** In whose place somebody decides in a review now, in which roles, and whether they have handed on their own decision. */
export function placesOf(actor: string, delegations: readonly Delegation[], people: readonly Person[], asked: Asked) {
  const active = delegations.filter(({ state }) => state === 'active')
  const mayHandOn = rolesHandedOn(asked)
  const inPlaceOf = active
    .filter(({ to }) => to === actor)
    .flatMap(({ from, id }): Place[] => {
      const person = people.find((each) => each.id === from && each.disabled_at === null)
      const roles = person ? rolesOn(person, asked.model.name).filter((role) => mayHandOn.includes(role)) : []
      return roles.length === 0 ? [] : [{ person: from, roles, delegation: id }]
    })
  return { inPlaceOf, handedOn: active.some(({ from }) => from === actor) }
}

export type Places = ReturnType<typeof placesOf>

export function withPlaces(parties: Omit<Parties, 'roles'>, situation: Situation, places: Places): Parties {
  return { ...parties, model: situation.model.name, roles: rolesAsked(situation), ...places }
}

/** Everybody who could decide in a review now, and has not in this round. */
export async function reviewersOf(
  db: Db,
  review: store.StoredReview,
  situation: Situation,
  { people, parties }: { people: readonly Person[]; parties: Omit<Parties, 'roles'> },
): Promise<PersonId[]> {
  const { name } = situation.model
  const delegations = await delegationsOf(db, review.id, situation.snapshot.at)
  const decided = new Set(
    situation.decisions
      .filter((each) => each.review_id === review.id && each.covers)
      .flatMap((each) => [each.decided_by, ...each.in_place_of]),
  )
  return people
    .filter((person) => person.disabled_at === null && !decided.has(person.id))
    .filter((person) => permits({ grants: person.grants, scopes: null }, 'review.decide', name))
    .filter((person) => {
      const places = placesOf(person.id, delegations, people, situation)
      return conflictsOf(person, withPlaces(parties, situation, places)).length === 0
    })
    .map(({ id }) => id)
}
