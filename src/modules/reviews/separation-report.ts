import type { Db } from '../../db/database.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import { modelNames } from '../registry/index.ts'
import type { SeparationQuery, SeparationReport, SeparationRow } from './schema.ts'
import { documentOf } from './situation.ts'
import * as store from './store.ts'

/** Every decision with the identities that were compared when it was taken, read from the signed documents. */
export function createSeparationReport({ db, people }: { db: Db; people: () => Promise<Person[]> }) {
  return async function report(actor: Actor, { from, to, environment }: SeparationQuery): Promise<SeparationReport> {
    const rows = (await store.decisionsBetween(db, { from, to })).filter(
      (row) => environment === undefined || row.environment === environment,
    )
    const known = await modelNames(
      db,
      rows.map(({ model_id }) => model_id),
    )
    const seen = rows.flatMap((row) => {
      const model = known.get(row.model_id)
      return model !== undefined && permits(actor, 'review.read', model) ? [{ row, model }] : []
    })
    const found = seen.map(({ row, model }): SeparationRow => {
      const document = documentOf(row)
      const { approver, requester, developers, delegators = [] } = document.compared
      const makers = [requester, ...developers]
      const same = [...new Set([approver, ...delegators].filter((each) => makers.includes(each)))]
      return {
        decision: document.id,
        review: document.review,
        model,
        version: row.version,
        environment: row.environment,
        outcome: document.outcome,
        decided_at: document.decided_at,
        approver,
        roles: document.roles,
        in_place_of: delegators,
        requester,
        developers,
        person_key: document.person_signature?.key_id ?? null,
        same,
      }
    })
    const ids = new Set(found.flatMap((row) => [row.approver, row.requester, ...row.developers, ...row.in_place_of]))
    const named = (await people()).filter(({ id }) => ids.has(id))
    return { rows: found, people: Object.fromEntries(named.map(({ id, name }) => [id, name])) }
  }
}
