import { isoNow } from '../../lib/clock.ts'
import { type Actor, modelsOf } from '../access/schema.ts'
import * as alarms from './alarms-store.ts'
import { conflictsAmong } from './conflicts.ts'
import { grouped } from './grouped.ts'
import type { DutyParts } from './parts.ts'
import {
  type AlarmKind,
  type Assignment,
  type Cell,
  CellState,
  Duty,
  type DutyConflict,
  type Load,
  type Matrix,
  type MatrixQuery,
  type MatrixRow,
  type SubjectType,
} from './schema.ts'
import * as store from './store.ts'
import { type Row, sees, visibleSubjects } from './subjects.ts'

/** Who answers for what: models or systems against duties, and the load of each person. */
export function createMatrix({ connection: { db }, clock }: DutyParts) {
  async function matrix(actor: Actor, query: MatrixQuery): Promise<Matrix> {
    const rows = await rowsOf(query.type, await visibleSubjects(db, actor, query))
    const counts = Object.fromEntries(CellState.options.map((state) => [state, 0])) as Matrix['counts']
    const mine = rows.filter(
      ({ cells }) => query.person === undefined || cells.some((cell) => holds(cell, query.person)),
    )
    for (const { cells } of mine) for (const { state } of cells) counts[state]++
    const wanted = mine.filter(
      ({ cells }) => query.state === undefined || cells.some(({ state }) => state === query.state),
    )
    const from = query.after === undefined ? 0 : wanted.findIndex(({ subject }) => subject.name > (query.after ?? ''))
    const page = from < 0 ? [] : wanted.slice(from, from + query.limit)
    const isLast = from < 0 || from + query.limit >= wanted.length
    return { rows: page, next: isLast ? null : (page.at(-1)?.subject.name ?? null), total: wanted.length, counts }
  }

  async function rowsOf(type: SubjectType, subjects: readonly Row[]): Promise<MatrixRow[]> {
    const now = isoNow(clock)
    const current = await store.toAssignments(
      db,
      await store.currentOf(
        db,
        type,
        subjects.map(({ id }) => id),
      ),
      now,
    )
    const kinds = new Map(
      (await alarms.openAlarms(db)).map(({ assignment_id, kind }) => [assignment_id, kind as AlarmKind]),
    )
    const bySubject = grouped(current, ({ subject }) => subject.id)
    return subjects.map(({ id, name, tier }) => {
      const all = bySubject.get(id) ?? []
      const conflicts = conflictsAmong(
        all.filter(({ state }) => state !== 'declined'),
        now,
      )
      return {
        subject: { type, id, name, tier },
        cells: Duty.options.map((duty) => cellOf(duty, all, conflicts, kinds)),
      }
    })
  }

  async function load(actor: Actor): Promise<Load[]> {
    const now = isoNow(clock)
    const seen = modelsOf(actor, 'registry.read')
    const open = await store.toAssignments(db, await store.listAssignments(db, { states: store.openStates }), now)
    const deputies = await store.countDeputies(db, now)
    const byPerson = grouped(
      open.filter(({ subject }) => sees(actor, 'registry.read', subject)),
      ({ person }) => person,
    )
    const people = new Set([...byPerson.keys(), ...(seen === 'all' ? deputies.keys() : [])])
    const loads = [...people].map((person) => {
      const held = byPerson.get(person) ?? []
      return {
        person: person as Load['person'],
        accepted: held.filter(({ state }) => state === 'accepted').length,
        proposed: held.filter(({ state }) => state === 'proposed').length,
        deputy: deputies.get(person) ?? 0,
        models: countOf(held, 'model'),
        systems: countOf(held, 'system'),
      }
    })
    return loads.sort((a, b) => b.accepted + b.deputy - (a.accepted + a.deputy) || (a.person < b.person ? -1 : 1))
  }

  return { matrix, load }
}

const countOf = (held: readonly Assignment[], type: SubjectType) =>
  new Set(held.flatMap(({ subject }) => (subject.type === type ? [subject.id] : []))).size

const holds = ({ assignments }: Cell, person: string | undefined) =>
  assignments.some((each) => each.person === person || each.deputies.some((deputy) => deputy.person === person))

/** The worst that holds names the cell: orphaned, conflicted, a gap, proposed, accepted. */
function cellOf(
  duty: Duty,
  all: readonly Assignment[],
  among: readonly DutyConflict[],
  kinds: ReadonlyMap<string, AlarmKind>,
): Cell {
  const here = all.filter((each) => each.duty === duty)
  const open = here.filter(({ state }) => state !== 'declined')
  const assignments = open.length > 0 ? open : here.slice(-1)
  const conflicts = among.filter(({ duties }) => duties.includes(duty))
  const alarm = assignments.map(({ id }) => kinds.get(id)).find((kind) => kind !== undefined) ?? null
  const isHeld = open.some(({ state }) => state === 'accepted')
  const state = (): CellState => {
    if (alarm === 'left' || alarm === 'no_role') return 'orphaned'
    if (open.length === 0 || alarm !== null) return 'gap'
    if (conflicts.length > 0) return 'conflicted'
    return isHeld ? 'accepted' : 'proposed'
  }
  return { duty, state: state(), assignments, alarm, conflicts }
}
