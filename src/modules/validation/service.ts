import type { Db } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import type { PersonId, Thing } from '../audit/schema.ts'
import type { Evidence } from '../evaluation/schema.ts'
import type { Findings } from '../findings/index.ts'
import { isUnmet } from '../policy/index.ts'
import type { Requirement } from '../policy/schema.ts'
import { findVersionById, getVersion } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import type { Reviews } from '../reviews/index.ts'
import { toHtml, toMarkdown } from './render.ts'
import { type Names, reportOf } from './report.ts'
import type {
  PlanItem,
  SectionInput,
  SectionText,
  TestInput,
  TestResult,
  Validation,
  ValidationTest,
} from './schema.ts'
import * as store from './store.ts'

export type ValidationParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly reviews: Pick<Reviews, 'situations' | 'standingOf'>
  readonly findings: Pick<Findings, 'list'>
  readonly evidence: { of(db: Db, versionId: string): Promise<Evidence[]> }
}

export type Validations = ReturnType<typeof createValidations>

/** What a version has to stand before an environment, how it stood it, and what a validator says: plan and report of one record. */
export function createValidations({ db, write, clock, reviews, findings, evidence }: ValidationParts) {
  async function get(actor: Actor, name: string, which: string, environment: string): Promise<Validation> {
    const line = await getVersion(db, name, which)
    demand(actor, 'review.read', line.model)
    const now = isoNow(clock)
    const { model, version, policies, snapshot, assessment, decisions } = await reviews.situations.atVersion(
      db,
      line.id,
      environment,
      now,
    )
    const plan = assessment.requirements.map(planItem)
    const tests = await store.testsOf(db, version.id, environment)
    return {
      model: model.name,
      version: version.version,
      environment,
      as_of: now,
      tier: model.tier,
      purpose: model.purpose,
      owner: model.owner,
      state: version.state,
      digest: version.digest,
      developers: [...new Set([...version.developers, version.registered_by])],
      datasets: snapshot.version.datasets.map(({ name: dataset, digest }) => ({ name: dataset, digest })),
      evidence: snapshot.evidence.map(({ kind, method, digest, collected_at }) => ({
        kind,
        method,
        digest,
        collected_at,
      })),
      policies: policies.map(({ name: policy, version: number, digest }) => ({
        name: policy,
        version: number,
        digest,
      })),
      plan,
      tests,
      texts: await store.textsOf(db, version.id, environment),
      findings: await findings.list(actor, { state: 'all', model: model.name, version: version.version }),
      waivers: (snapshot.waivers ?? []).map(({ requirement, control, given_by, until }) => ({
        requirement,
        control,
        given_by,
        until,
      })),
      decisions,
      counts: countsOf(plan, tests),
      writable: permits(actor, 'review.decide', model.name) && (await isIndependent(actor, version, environment)),
    }
  }

  /** The report as a file: everything that the record says, with the validator's words. */
  async function report(
    actor: Actor,
    about: { name: string; version: string; environment: string; format: 'markdown' | 'html' },
    names: (ids: readonly string[]) => Promise<Names>,
  ): Promise<string> {
    const validation = await get(actor, about.name, about.version, about.environment)
    const blocks = reportOf(validation, await names(peopleIn(validation)))
    return about.format === 'html' ? toHtml(blocks) : toMarkdown(blocks)
  }

  async function plan(actor: Actor, name: string, which: string, input: TestInput): Promise<ValidationTest> {
    const version = await writableVersion(actor, await getVersion(db, name, which), input.environment)
    return write(actor, async (tx, record) => {
      const row = {
        id: newId('vts', clock.now().getTime()),
        model_id: version.model_id,
        version_id: version.id,
        ...input,
        state: 'planned' as const,
        result: null,
        evidence_id: null,
        planned_by: actor.id,
        planned_at: isoNow(clock),
        done_by: null,
        done_at: null,
      }
      await store.insertTest(tx, row)
      const { environment, title, risk, expected } = input
      record(
        'validation.test_planned',
        `validation_test:${row.id}`,
        { environment, title, risk, expected },
        thingsOf(version, environment),
      )
      return store.toTest(row)
    })
  }

  /** A result is said once; what was seen later is another test. */
  async function finish(actor: Actor, id: string, input: TestResult): Promise<ValidationTest> {
    const row = await store.findTest(db, id)
    const line = row && (await findVersionById(db, row.version_id as VersionId))
    if (!row || !line || !permits(actor, 'review.read', line.model)) throw notFound('validation test', id)
    const version = await writableVersion(actor, line, row.environment)
    const { outcome, result, evidence_id } = input
    if (evidence_id !== null && !(await evidence.of(db, version.id)).some((each) => each.id === evidence_id)) {
      throw badRequest(`${evidence_id} is no evidence of ${version.model} ${version.version}`)
    }
    return write(actor, async (tx, record) => {
      const set = { state: outcome, result, evidence_id, done_by: actor.id, done_at: isoNow(clock) }
      if (!(await store.finishTest(tx, id, set))) throw conflict('the result of this test was said already')
      const { title, environment } = row
      record(
        'validation.test_done',
        `validation_test:${id}`,
        { title, environment, outcome, result, evidence_id },
        thingsOf(version, environment),
      )
      return store.toTest({ ...row, ...set })
    })
  }

  async function say(actor: Actor, name: string, which: string, input: SectionInput): Promise<SectionText> {
    const version = await writableVersion(actor, await getVersion(db, name, which), input.environment)
    const { environment, section, text, read_at } = input
    return write(actor, async (tx, record) => {
      const before = (await store.textsOf(tx, version.id, environment)).find((each) => each.section === section)
      if ((before?.written_at ?? null) !== read_at) {
        throw conflict('somebody wrote this part meanwhile; read it before you write over it')
      }
      // The last one has to stay the last, also within a millisecond.
      const now = isoNow(clock)
      const written_at = before && before.written_at >= now ? after(before.written_at) : now
      const row = { version_id: version.id, environment, section, text, written_by: actor.id, written_at }
      await store.insertText(tx, { ...row, id: newId('vtx', clock.now().getTime()) })
      record(
        'validation.text_written',
        `version:${version.id}`,
        { environment, section, text },
        thingsOf(version, environment),
      )
      return { section, text, written_by: actor.id as PersonId, written_at }
    })
  }

  async function writableVersion(actor: Actor, version: ModelVersion, environment: string): Promise<ModelVersion> {
    demand(actor, 'review.decide', version.model)
    if (await isIndependent(actor, version, environment)) return version
    throw forbidden('whoever made a version does not validate it', { rule: 'developer' })
  }

  /** A person who is no developer of record, nor behind one, nor the deputy of one. */
  async function isIndependent(actor: Actor, { model, version }: ModelVersion, environment: string): Promise<boolean> {
    const { conflicts } = await reviews.standingOf(actor, { model, version, environment })
    return !conflicts.some(({ rule }) => rule === 'developer' || rule === 'person')
  }

  return { get, report, plan, finish, say }
}

function demand(actor: Actor, permission: 'review.read' | 'review.decide', model: string): void {
  if (!permits(actor, permission, model)) throw forbidden(`this needs the permission ${permission}`, { permission })
}

function planItem(requirement: Requirement): PlanItem {
  const { id, policy, type, title, who, state, explanation, link, waiver } = requirement
  return { id, policy: policy.name, type, title, who, state, explanation, link, waived: waiver !== undefined }
}

function countsOf(plan: readonly PlanItem[], tests: readonly ValidationTest[]): Validation['counts'] {
  const items = plan.filter(({ type }) => type !== 'approval')
  const isPassed = ({ state }: PlanItem) => !isUnmet({ state })
  const isFailed = ({ state }: PlanItem) => state === 'blocked'
  const passed = items.filter(isPassed).length + tests.filter(({ state }) => state === 'passed').length
  const failed = items.filter(isFailed).length + tests.filter(({ state }) => state === 'failed').length
  const dropped = tests.filter(({ state }) => state === 'dropped').length
  return { passed, failed, open: items.length + tests.length - passed - failed - dropped }
}

function thingsOf({ id, model_id }: Pick<ModelVersion, 'id' | 'model_id'>, environment: string): Thing[] {
  return [`model:${model_id}`, `version:${id}`, `environment:${environment}`]
}

function peopleIn({ owner, developers, tests, texts, findings, decisions, waivers }: Validation): string[] {
  return [
    ...(owner ? [owner] : []),
    ...developers,
    ...tests.flatMap(({ planned_by, done_by }) => [planned_by, done_by ?? planned_by]),
    ...texts.map(({ written_by }) => written_by),
    ...findings.flatMap((each) => [each.owner, each.opened_by]),
    ...decisions.map(({ decided_by }) => decided_by),
    ...waivers.map(({ given_by }) => given_by),
  ]
}

const after = (moment: string) => new Date(Date.parse(moment) + 1).toISOString()
