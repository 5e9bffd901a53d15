import { isoNow } from '../../lib/clock.ts'
import { serverActor } from '../audit/schema.ts'
import { tell } from '../notifications/index.ts'
import { type AuditorRequestParts, aboutOf, linkTo, nextReminder } from './parts.ts'
import { stateAt, waitsForAnswer } from './reading.ts'
import * as store from './store.ts'
import { askedPeople } from './telling.ts'

/** Reminds whoever is asked before a request is due, and at that moment. Several servers may do it. */
export function createRequestWatch({ connection, write, clock, people, seats }: AuditorRequestParts) {
  const { db, writer } = connection

  async function tick(): Promise<void> {
    const due = await store.dueReminders(db, isoNow(clock))
    if (due.length === 0) return
    const everyone = await people()
    const all = await seats()
    for (const row of due) {
      const now = isoNow(clock)
      const seat = all.find(({ id }) => id === row.seat_id)
      if (!waitsForAnswer(stateAt(row.state, seat, now))) {
        // It ended with its seat, and nobody is reminded any more.
        await writer.commit((tx) => store.setReminder(tx, row, null))
        continue
      }
      await write(serverActor, async (tx, record) => {
        if (!(await store.setReminder(tx, row, nextReminder(row.due_at, now)))) throw new RemindedElsewhere()
        const overdue = row.due_at <= now
        await tell(tx, {
          to: askedPeople(row, everyone),
          kind: overdue ? 'overdue' : 'reminder',
          text: overdue
            ? `The auditor’s request “${row.title}” was due on ${row.due_at.slice(0, 10)} and has no answer.`
            : `The auditor’s request “${row.title}” is due on ${row.due_at.slice(0, 10)}.`,
          link: linkTo(row.id),
          by: 'server',
          at: now,
        })
        const { due_at, round } = row
        record('auditor_request.reminded', `auditor_request:${row.id}`, { due_at, round, overdue }, aboutOf(row))
      }).catch((error: unknown) => {
        if (!(error instanceof RemindedElsewhere)) throw error
      })
    }
  }

  return { tick }
}

/** Another server has done it: thrown inside the write, so that it is undone. */
class RemindedElsewhere extends Error {}
