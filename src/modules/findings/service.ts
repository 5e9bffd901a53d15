import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type Actor, type Permission, permits } from '../access/schema.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import type { ActorRef, PersonId } from '../audit/schema.ts'
import { covering, findingsLevel, type Policies } from '../policy/index.ts'
import { getLine, getModel, listDeployments, listEnvironments, modelNames } from '../registry/index.ts'
import { blocksAt, type Environment } from '../registry/schema.ts'
import { createMending } from './mending.ts'
import { moved, thingsOf, unresolved } from './parts.ts'
import {
  type Finding,
  type FindingComment,
  type FindingInput,
  type FindingQuery,
  type FindingSheet,
  FindingUpdate,
} from './schema.ts'
import { type Parties, verifyConflicts } from './separation.ts'
import { rankOf } from './severity.ts'
import { similarTo } from './similar.ts'
import * as store from './store.ts'
import type { FindingRow } from './tables.ts'

export type FindingParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  readonly policies: Pick<Policies, 'published'>
  /** Who set up a service account or made tokens for it: what the account does counts as theirs. */
  readonly peopleBehind: (account: PersonId) => Promise<PersonId[]>
  /** Who stood in for whom on a model, at any moment since. */
  readonly dutiesOn: (db: Db, model: string, since: string) => Promise<{ standIns: Parties['standIns'] }>
}

export type Findings = ReturnType<typeof createFindings>

/** What a finding is opened with inside another write, on a version by its ids. */
export type OpenFinding = Pick<
  FindingRow,
  'model_id' | 'version_id' | 'version' | 'title' | 'description' | 'severity'
> & {
  readonly owner: string
  readonly due_at: string
}

/** What is wrong with a model or a version. A finding is never deleted, and closed only by somebody other than its fixer. */
export function createFindings(parts: FindingParts) {
  const { db, write, clock } = parts

  function open(actor: Actor, input: FindingInput): Promise<Finding> {
    return write(actor, async (tx, record) => {
      const model = await getModel(tx, input.model)
      const line = input.version === undefined ? null : await getLine(tx, input.model, input.version)
      const { title, description, severity, due_at } = input
      if (due_at <= isoNow(clock)) throw badRequest('due_at has passed already')
      const subject = { model_id: model.id, version_id: line?.id ?? null, version: line?.version ?? null }
      const row = await openIn(tx, record, actor, {
        ...subject,
        title,
        description,
        severity,
        owner: input.owner ?? actor.id,
        due_at,
      })
      return store.toFinding(row, model.name, row.opened_at)
    })
  }

  /** For other services: a finding that commits with what it is about. */
  async function openIn(tx: Tx, record: RecordEvent, actor: Pick<ActorRef, 'id'>, input: OpenFinding) {
    const row: FindingRow = {
      ...input,
      id: newId('fnd', clock.now().getTime()),
      state: 'open',
      cause: '',
      plan: '',
      opened_by: actor.id,
      opened_at: isoNow(clock),
      ...unresolved,
    }
    await store.insertFinding(tx, row)
    const { title, severity, owner, due_at } = row
    record('finding.opened', `finding:${row.id}`, { title, severity, owner, due_at }, thingsOf(row))
    return row
  }

  /** Whoever answers for the model's findings changes them; a lower severity is what somebody other than the fixer says. */
  function update(actor: Actor, id: string, input: FindingUpdate): Promise<Finding> {
    return write(actor, async (tx, record) => {
      const { row, name } = await get(actor, id, 'finding.write', tx)
      if (row.state === 'closed') throw conflict(`finding ${id} is closed; reopen it first`)
      if (row.state === 'resolved' && input.owner !== undefined && input.owner !== row.owner) {
        throw conflict('the owner of a resolved finding stays until it is verified or reopened')
      }
      if (input.severity !== undefined && rankOf(input.severity) < rankOf(row.severity)) {
        if (!permits(actor, 'review.decide', name)) {
          throw forbidden('a lower severity needs the permission review.decide', { permission: 'review.decide' })
        }
        const reasons = verifyConflicts(actor, row, await partiesOf(row))
        if (reasons.length > 0) throw forbidden('the owner of a finding does not lower its severity', { reasons })
      }
      const changes = FindingUpdate.keyof().options.flatMap((key) => {
        const after = input[key]
        return after === undefined || after === row[key] ? [] : [{ key, before: row[key], after }]
      })
      if (changes.length === 0) throw badRequest('nothing would change')
      const set = Object.fromEntries(changes.map(({ key, after }) => [key, after]))
      if (!(await store.changeFinding(tx, id, row.state, set))) throw moved(id)
      const before = Object.fromEntries(changes.map((each) => [each.key, each.before]))
      record('finding.changed', `finding:${id}`, { title: row.title, before, after: set }, thingsOf(row))
      return store.toFinding({ ...row, ...set }, name, isoNow(clock))
    })
  }

  function comment(actor: Actor, id: string, text: string): Promise<FindingComment> {
    return write(actor, async (tx, record) => {
      const { row } = await get(actor, id, 'finding.write', tx)
      const said_at = isoNow(clock)
      const said = { id: newId('cmt', clock.now().getTime()) as FindingComment['id'], text, said_at }
      await store.insertComment(tx, { ...said, finding_id: id, said_by: actor.id })
      record('finding.commented', `finding:${id}`, { title: row.title, comment: said.id }, thingsOf(row))
      return { ...said, said_by: actor.id as PersonId }
    })
  }

  async function list(actor: Actor, { state, model, version, owner }: FindingQuery): Promise<Finding[]> {
    const model_id = model === undefined ? undefined : (await getModel(db, model)).id
    const rows = await store.listFindings(db, {
      state,
      model_id,
      version,
      owner: owner === 'me' ? actor.id : owner,
    })
    const names = await modelNames(
      db,
      rows.map((row) => row.model_id),
    )
    const now = isoNow(clock)
    return rows.flatMap((row) => {
      const name = names.get(row.model_id)
      return name !== undefined && permits(actor, 'review.read', name) ? [store.toFinding(row, name, now)] : []
    })
  }

  async function sheet(actor: Actor, id: string): Promise<FindingSheet> {
    const { row, name } = await get(actor, id, 'review.read')
    const environments = await listEnvironments(db)
    const blocking = row.state === 'closed' ? [] : environments
    const published = await parts.policies.published(db)
    const model = await getModel(db, name)
    const levelIn = (environment: Environment) =>
      findingsLevel(environment.findings_block, covering(published, model, environment.name))
    const finding = store.toFinding(row, name, isoNow(clock))
    const blocks = blocking.filter((each) => blocksAt(row.severity, levelIn(each))).map((each) => each.name)
    const deployments = blocks.length === 0 ? [] : await listDeployments(db, [name], { open: true })
    return {
      finding,
      comments: await store.commentsOf(db, id),
      blocks,
      running: deployments
        .filter((each) => blocks.includes(each.environment) && (row.version === null || row.version === each.version))
        .map(({ version, environment }) => ({ version, environment })),
      similar: similarTo(finding, await list(actor, { state: 'all' })),
      conflicts: verifyConflicts(actor, row, await partiesOf(row)),
    }
  }

  /** A finding on a model that the actor may not read is one that is not there. */
  async function get(actor: Actor, id: string, permission: Permission, from: Db = db) {
    const row = await store.findFinding(from, id)
    const name = row && (await modelNames(from, [row.model_id])).get(row.model_id)
    const mayKnow = name !== undefined && (permits(actor, 'review.read', name) || permits(actor, permission, name))
    if (!row || !mayKnow) throw notFound('finding', id)
    if (!permits(actor, permission, name)) throw forbidden(`this needs the permission ${permission}`, { permission })
    return { row, name }
  }

  async function partiesOf({ model_id, opened_at, resolved_by, owner }: FindingRow): Promise<Parties> {
    const behind = new Map<PersonId, PersonId[]>()
    for (const person of [resolved_by, owner]) {
      if (person !== null) behind.set(person as PersonId, await parts.peopleBehind(person as PersonId))
    }
    return { behind, standIns: (await parts.dutiesOn(db, model_id, opened_at)).standIns }
  }

  const mending = createMending({ write, clock, get, partiesOf })
  return { open, openIn, update, comment, list, sheet, ...mending }
}
