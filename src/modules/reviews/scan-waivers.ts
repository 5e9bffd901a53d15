import { isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import { findVersionById, getVersion } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import type { ReviewParts } from './parts.ts'
import * as store from './scan-waivers-store.ts'
import type { ScanWaiver, ScanWaiverInput, WaiverResult } from './schema.ts'
import { conflictsOf, type Parties } from './separation.ts'

const longestDays = 366
const day = 86_400_000

type WaiverParts = Pick<ReviewParts, 'db' | 'write' | 'clock'> & {
  partiesOf(requester: PersonId | null, version: ModelVersion): Promise<Omit<Parties, 'roles'>>
}

/**
 * Waivers of what a look at files found let an unknown finding in the files of one version through: with a reason, for a time, and by somebody who did not
 * make the version. Policies count what is left (`version.unwaived`); nothing that is unsafe can be waived.
 */
export function createScanWaivers({ db, write, clock, partiesOf }: WaiverParts) {
  async function give(actor: Actor, name: string, which: string, input: ScanWaiverInput): Promise<WaiverResult> {
    const version = await getVersion(db, name, which)
    const parties = await partiesOf(null, version)
    return write(actor, async (tx, record) => {
      const now = isoNow(clock)
      demandTerm(input.until, now)
      demandFinding(version, input)
      const { path, rule, what, reason, until } = input
      const finding = { path, rule, what }
      const reasons = conflictsOf(actor, { ...parties, roles: [] })
      if (reasons.length > 0) {
        record('waiver.refused', `version:${version.id}`, { ...finding, rules: reasons.map((each) => each.rule) }, [
          `model:${version.model_id}`,
        ])
        return { outcome: 'refused', reasons }
      }
      const active = (await store.waiversAt(tx, version.id, now)).find((each) => isSame(each, finding))
      if (active) {
        const message = `This finding is waived until ${active.until} already.`
        record('waiver.refused', `version:${version.id}`, { ...finding, rules: ['waived'] }, [
          `model:${version.model_id}`,
        ])
        return { outcome: 'refused', reasons: [{ rule: 'waived', message }] }
      }
      const row = {
        id: newId('wvr', clock.now().getTime()),
        model_id: version.model_id,
        version_id: version.id,
        version: version.version,
        ...finding,
        reason,
        until,
        given_by: actor.id,
        given_at: now,
        withdrawn_at: null,
        withdrawn_by: null,
      }
      await store.insertWaiver(tx, row)
      record('waiver.given', `waiver:${row.id}`, { ...finding, reason, until }, thingsOf(row))
      return { outcome: 'recorded', waiver: store.toWaiver(row, version.model, now) }
    })
  }

  /** Undefined when there is none of this id that the actor may withdraw. */
  async function withdraw(actor: Actor, id: string): Promise<ScanWaiver | undefined> {
    if (!(await store.findWaiver(db, id))) return undefined
    return write(actor, async (tx, record) => {
      const row = await store.findWaiver(tx, id)
      const version = row && (await findVersionById(tx, row.version_id as VersionId))
      if (!row || !version || !permits(actor, 'review.decide', version.model)) throw notFound('waiver', id)
      const now = isoNow(clock)
      if (!(await store.withdrawWaiver(tx, id, actor.id as PersonId, now))) {
        throw conflict(`waiver ${id} was withdrawn already`)
      }
      const { path, rule, what } = row
      record('waiver.withdrawn', `waiver:${id}`, { path, rule, what }, thingsOf(row))
      return store.toWaiver({ ...row, withdrawn_at: now, withdrawn_by: actor.id }, version.model, now)
    })
  }

  async function list({ id, model }: ModelVersion): Promise<ScanWaiver[]> {
    const now = isoNow(clock)
    return (await store.waiversOf(db, id)).map((row) => store.toWaiver(row, model, now))
  }

  return { give, withdraw, list }
}

function demandTerm(until: string, now: string): void {
  const ahead = Date.parse(until) - Date.parse(now)
  if (ahead <= 0) throw badRequest('a waiver ends in the future')
  if (ahead > longestDays * day) throw badRequest(`a waiver ends after at most ${longestDays} days`)
}

function demandFinding({ facts, model, version }: ModelVersion, wanted: Finding): void {
  const found = facts.scan?.findings.filter((each) => isSame(each, wanted)) ?? []
  if (found.length === 0) throw badRequest(`the look at the files of ${model} ${version} found no such thing`)
  if (found.some(({ severity }) => severity === 'unsafe')) {
    throw badRequest('what is known to be unsafe cannot be waived; register a version without it')
  }
  if (found.every(({ severity }) => severity === 'notice')) throw badRequest('a notice needs no waiver')
}

type Finding = { path: string; rule: string; what: string }

const isSame = (a: Finding, b: Finding) => a.path === b.path && a.rule === b.rule && a.what === b.what

const thingsOf = (row: { model_id: string; version_id: string }): Thing[] => [
  `model:${row.model_id}`,
  `version:${row.version_id}`,
]
