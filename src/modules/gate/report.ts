import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { type Actor, permits } from '../access/schema.ts'
import { isUnmet } from '../policy/index.ts'
import { modelNames } from '../registry/index.ts'
import type { GateReport, GateReportQuery, Verdict } from './schema.ts'
import * as store from './store.ts'

const day = 86_400_000
/** Denials that one report reads, newest first. */
const mostDenials = 2000

/** What environments that only observe or warn would have stopped, had they enforced. */
export function createReport({ db, clock }: { db: Db; clock: Clock }) {
  return async function report(actor: Actor, { days, environment }: GateReportQuery): Promise<GateReport> {
    const until = isoNow(clock)
    const since = new Date(clock.now().getTime() - days * day).toISOString()
    const counts = await store.countVerdicts(db, since, environment)
    const names = await modelNames(
      db,
      counts.map(({ model_id }) => model_id),
    )
    const mayRead = ({ model_id }: { model_id: string }) => permits(actor, 'registry.read', names.get(model_id))
    const rows = await store.denialsSince(db, since, environment, mostDenials + 1)
    const denials = rows.slice(0, mostDenials).filter(mayRead).map(store.toVerdict)
    const passed = denials.filter(({ proceed }) => proceed)
    return {
      since,
      until,
      asked: counts.filter(mayRead).reduce((sum, { asked }) => sum + Number(asked), 0),
      would_block: passed.length,
      blocked: denials.length - passed.length,
      complete: rows.length <= mostDenials,
      rows: versionsOf(passed),
    }
  }
}

/** One row for a version before an environment, as it was asked for last; the most often denied comes first. */
function versionsOf(verdicts: readonly Verdict[]): GateReport['rows'] {
  const rows = new Map<string, GateReport['rows'][number]>()
  for (const verdict of verdicts) {
    const { environment, mode, model, version, path, issued_at: last_at, id: last_verdict } = verdict
    const key = JSON.stringify([environment, verdict.version_id])
    const known = rows.get(key)
    if (known) known.times++
    else {
      const unmet = verdict.requirements.filter(isUnmet).map(({ id, title, who }) => ({ id, title, who }))
      rows.set(key, { environment, mode, model, version, times: 1, last_at, last_verdict, path, unmet })
    }
  }
  return [...rows.values()].toSorted((a, b) => b.times - a.times)
}
