import type { Db } from '../../db/database.ts'
import type { Clock } from '../../lib/clock.ts'
import type { PersonId } from '../audit/schema.ts'
import { getModel } from '../registry/index.ts'
import type { CallersQuery, GateCaller } from './explain-schema.ts'
import * as store from './store.ts'

const day = 86_400_000

/** Who asks about a model, how often, and what they were told last: pipelines and people alike. */
export function createCallers({ db, clock }: { db: Db; clock: Clock }) {
  return async function callers(name: string, { environment, days }: CallersQuery): Promise<GateCaller[]> {
    const model = await getModel(db, name)
    const since = new Date(clock.now().getTime() - days * day).toISOString()
    const counts = await store.callersOf(db, { model_id: model.id, environment, since })
    const rows = await store.verdictsById(
      db,
      counts.map(({ last }) => last),
    )
    const last = new Map(rows.map((row) => [row.id, store.toVerdict(row)]))
    return counts.flatMap(({ asked_by, asked, denied, last: id }) => {
      const verdict = last.get(id)
      if (!verdict) return []
      const { version, outcome, proceed, issued_at } = verdict
      const told = { verdict: verdict.id, version, environment: verdict.environment, outcome, proceed }
      return [
        {
          asked_by: asked_by as PersonId,
          asked: Number(asked),
          denied: Number(denied),
          last_at: issued_at,
          last: told,
        },
      ]
    })
  }
}
