import type { Db } from '../../db/database.ts'
import type { JobHandler } from '../../jobs/index.ts'
import { isoNow } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Actor } from '../access/schema.ts'
import { serverActor, type Thing } from '../audit/schema.ts'
import * as alarms from './alarms-store.ts'
import { type DutyParts, named, thingsOf } from './parts.ts'
import type { Alarm, AlarmId, AlarmKind, AssignmentId } from './schema.ts'
import * as store from './store.ts'
import { sees } from './subjects.ts'
import { wantedAlarms } from './wanted.ts'

export const watchJob = 'duty-watch'
/** The longest time between two looks, in milliseconds. */
const everyMs = 86_400_000

/** Raises an alarm for every duty that nobody answers for, and clears those that are settled. */
export function createWatch({ connection, write, clock, jobs, people }: DutyParts) {
  const { db, writer } = connection

  async function differences(from: Db) {
    const rows = await store.listAssignments(from, { states: ['proposed', 'accepted', 'declined'] })
    const current = await store.toAssignments(from, rows, isoNow(clock))
    const open = await alarms.openAlarms(from)
    if (current.length === 0 && open.length === 0) return { raise: [], clear: [] }
    const known = new Map((await people()).map((person) => [person.id as string, person]))
    const wanted = wantedAlarms(current, known, clock.now())
    const kinds = new Map(open.map(({ assignment_id, kind }) => [assignment_id, kind]))
    return {
      raise: current.flatMap((assignment) => {
        const kind = wanted.get(assignment.id)
        return kind === undefined || kinds.get(assignment.id) === kind ? [] : [{ assignment, kind }]
      }),
      clear: open.filter(({ assignment_id, kind }) => wanted.get(assignment_id as AssignmentId) !== kind),
    }
  }

  /** Brings the alarms to what holds now. May run twice, and at several servers. */
  async function check(): Promise<void> {
    const { raise, clear } = await differences(db)
    if (raise.length === 0 && clear.length === 0) return
    await write(serverActor, async (tx, record) => {
      const now = isoNow(clock)
      let changed = 0
      for (const alarm of clear) {
        if (!(await alarms.clearAlarm(tx, alarm.id, now))) continue
        const things = await thingsAbout(tx, alarm.assignment_id)
        record('duty.alarm_cleared', `assignment:${alarm.assignment_id}`, { kind: alarm.kind }, things)
        changed++
      }
      const open = new Set((await alarms.openAlarms(tx)).map(({ assignment_id }) => assignment_id))
      for (const { assignment, kind } of raise) {
        if (open.has(assignment.id)) continue
        const id = newId('alm', clock.now().getTime())
        await alarms.insertAlarm(tx, { id, assignment_id: assignment.id, kind, raised_at: now, cleared_at: null })
        const detail = { kind, duty: assignment.duty, ...named(assignment.subject) }
        record('duty.alarm_raised', `assignment:${assignment.id}`, detail, thingsOf(assignment))
        changed++
      }
      if (changed === 0) throw new NothingLeft()
    }).catch((error: unknown) => {
      if (!(error instanceof NothingLeft)) throw error
    })
  }

  async function thingsAbout(from: Db, id: string): Promise<Thing[]> {
    const row = await store.findAssignment(from, id as AssignmentId)
    return row ? [`${row.subject_type}:${row.subject_id}` as Thing, `person:${row.person_id}`] : []
  }

  /** At least once a day, and as soon as something has changed that an alarm would tell. Several servers may call it. */
  async function tick(): Promise<void> {
    const now = isoNow(clock)
    const due = await alarms.nextWatch(db)
    const isDue = due === undefined || due <= now
    if (!isDue) {
      const { raise, clear } = await differences(db)
      if (raise.length === 0 && clear.length === 0) return
    }
    const next = new Date(clock.now().getTime() + everyMs).toISOString()
    await writer.commit(async (tx) => {
      if (await alarms.takeWatch(tx, due, next)) await jobs.enqueue(tx, watchJob, {})
    })
  }

  /** Open alarms on records that the actor may see, newest first. */
  async function list(actor: Actor): Promise<Alarm[]> {
    const open = await alarms.openAlarms(db)
    const rows = await store.listAssignments(db, { states: ['proposed', 'accepted', 'declined'] })
    const found = await store.toAssignments(db, rows, isoNow(clock))
    const byId = new Map<string, store.HeldAssignment>(found.map((assignment) => [assignment.id, assignment]))
    return open.flatMap(({ id, assignment_id, kind, raised_at }) => {
      const assignment = byId.get(assignment_id)
      if (!assignment || !sees(actor, 'access.read', assignment.subject)) return []
      return { id: id as AlarmId, assignment, kind: kind as AlarmKind, raised_at }
    })
  }

  const handler: JobHandler = { run: check, gaveUp: async () => {} }
  return { check, tick, list, handler }
}

/** Another server has done it: thrown inside the write, so that it is undone. */
class NothingLeft extends Error {}
