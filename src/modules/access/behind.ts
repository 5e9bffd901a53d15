import type { Audit } from '../audit/index.ts'
import type { PersonId } from '../audit/schema.ts'
import type { createPeople } from './people.ts'

/** Actions that give somebody the means to act as a service account. */
const handsOver = new Set(['person.created', 'token.created'])

/**
 * Who stands behind a service account: whoever made it, or a token for it, as the trail has it. Nobody stands behind a
 * person. What the account does counts as done by them wherever duties are separated.
 */
export function createPeopleBehind(
  people: Pick<ReturnType<typeof createPeople>, 'list'>,
  audit: Pick<Audit, 'events'>,
) {
  return async (account: PersonId): Promise<PersonId[]> => {
    const found = (await people.list()).find(({ id }) => id === account)
    if (found?.kind !== 'service') return []
    const behind = new Set<PersonId>()
    for (let before: number | undefined; ; ) {
      const page = await audit.events({
        about: `person:${account}`,
        limit: 500,
        ...(before === undefined ? {} : { before }),
      })
      for (const { body } of page.events) {
        if (handsOver.has(body.action) && body.actor.id !== 'server' && body.actor.id !== account)
          behind.add(body.actor.id)
      }
      before = page.events.at(-1)?.body.index
      if (page.events.length < 500 || before === undefined) return [...behind]
    }
  }
}
