import { type CleanRun, cleanRun, problem, removedHere } from './clean.ts'
import type { RunPage } from './records.ts'
import type { ImportCounts, ImportProblem } from './schema.ts'
import * as store from './store.ts'
import type { ImportItemRow } from './tables.ts'
import { add } from './tally.ts'
import type { Trip } from './trip.ts'

/** A run that may come, with what the notebook says of it while it is here. */
export type Judged = { run: CleanRun; experiment: string; item: ImportItemRow | undefined }

/** The runs of a page that may come; those that may not are counted as refused and named. */
export async function judgeRuns(
  trip: Trip,
  page: RunPage,
  problems: ImportProblem[],
  refused: ImportCounts,
): Promise<Judged[]> {
  const { db } = trip.parts.connection
  const ids = page.runs.map(({ id }) => id)
  const key = trip.source.key
  const items = new Map((await store.findItems(db, key, 'run', ids)).map((item) => [item.source_id, item]))
  // The same run may have come from this tracker by another way before.
  for (const item of await store.findByTarget(db, 'run', ids)) {
    if (!items.has(item.target_id)) items.set(item.target_id, item)
  }
  const rows = await db
    .selectFrom('run')
    .select('id')
    .where('id', 'in', ['', ...ids])
    .execute()
  const there = new Set(rows.map(({ id }) => id))
  const judged: Judged[] = []
  const names = new Set<string>()
  for (const record of page.runs) {
    const clean = cleanRun(record)
    problems.push(...clean.problems)
    add(refused, clean.left_out)
    const refuse = (code: string, message: string) => {
      add(refused, { runs: 1 })
      problems.push(problem('run', record.id, code, message))
    }
    if (!clean.record) {
      add(refused, { runs: 1 })
      continue
    }
    const item = items.get(record.id)
    const experiment = trip.experiments.get(record.experiment_id)
    if (names.has(record.id)) refuse('duplicate_id', 'the source has a second run with this id')
    else if (item && !there.has(record.id) && !trip.again) {
      add(refused, { runs: 1 })
      problems.push(removedHere('run', record.id))
    } else if (!experiment) refuse('experiment_refused', `its experiment ${record.experiment_id} is not imported`)
    else if (there.has(record.id) && !item) {
      refuse('run_exists', 'a run with this id is here already, and no import brought it')
    } else if (trip.dry || item === undefined || !there.has(record.id) || item.import_id !== trip.id) {
      judged.push({ run: clean.record, experiment, item: there.has(record.id) ? item : undefined })
    }
    names.add(record.id)
  }
  return judged
}
