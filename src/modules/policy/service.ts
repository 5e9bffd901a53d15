import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { digestOf, sha256 } from '../../lib/digest.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import { type ActorRef, serverActor } from '../audit/schema.ts'
import type { AppliedPolicy } from './coverage.ts'
import {
  type Organisation,
  type PolicyDocument,
  PolicyPlan,
  type PolicyText,
  type PolicyVersion,
  type Publication,
  TestResults,
} from './schema.ts'
import { sentencesOf } from './sentences.ts'
import { startersOf, starterTexts } from './starters.ts'
import * as store from './store.ts'
import { parseTests, runTests } from './tests.ts'
import { parsePolicy } from './text.ts'
import type { PolicyProblem } from './yaml-text.ts'

export type Policies = ReturnType<typeof createPolicies>

type Parts = {
  db: Db
  write: Write
  clock: Clock
  /** Names of the roles that a person may hold in the workspace. */
  roles: () => Promise<readonly string[]>
}

/** The rules of a workspace: drafts become published versions, which never change. */
export function createPolicies({ db, write, clock, roles }: Parts) {
  const documents = new Map<string, PolicyDocument>()

  /** Parsed once for each text; a text that does not match its digest is never applied. */
  function documentOf({ name, version, digest, text }: store.StoredPolicy): PolicyDocument {
    const known = documents.get(digest)
    if (known) return known
    if (sha256(text) !== digest)
      throw new Error(`the stored text of policy ${name} ${version} is not what was published`)
    const parsed = parsePolicy(text)
    if (parsed.outcome === 'refused') throw new Error(`the stored policy ${name} ${version} cannot be read`)
    documents.set(digest, parsed.document)
    return parsed.document
  }

  function toPolicy(row: store.StoredPolicy): PolicyVersion {
    const document = documentOf(row)
    const { tests: _tests, test_results: _results, plan: _plan, ...rest } = row
    return {
      ...rest,
      digest: row.digest as Digest,
      document,
      sentences: sentencesOf(document),
      created_by: row.created_by as ActorRef['id'],
      published_by: row.published_by as ActorRef['id'] | null,
    }
  }

  async function get(name: string, version: number, from: Db = db): Promise<PolicyVersion> {
    const row = await store.findPolicy(from, name, version)
    if (!row) throw notFound('policy', `${name} ${version}`)
    return toPolicy(row)
  }

  /** The newest version of each policy and, where that is a draft, the published one too. */
  async function list(): Promise<PolicyVersion[]> {
    const rows = await store.listPolicies(db)
    const seen = new Set<string>()
    return rows
      .filter(({ name, state }) => {
        const newest = !seen.has(name)
        seen.add(name)
        return newest || state === 'published'
      })
      .map(toPolicy)
  }

  /** What the gate applies now. */
  async function published(from: Db = db): Promise<AppliedPolicy[]> {
    const keys = await store.listPublished(from)
    return Promise.all(
      keys.map(async ({ name, version, digest }) => {
        const document = documents.get(digest) ?? (await get(name, version, from)).document
        return { name, version, digest: digest as Digest, document }
      }),
    )
  }

  async function draft(actor: ActorRef, { text, tests }: PolicyText): Promise<PolicyVersion> {
    const { name } = readPolicy(text, await roles())
    if (tests !== null) readTests(tests, name)
    return write(actor, async (tx, record) =>
      get(name, await insertDraft(tx, record, actor, { name, text, tests }), tx),
    )
  }

  /** What a version was published with, or would be tested with. */
  async function publication(name: string, version: number): Promise<Publication> {
    const row = await store.findPolicy(db, name, version)
    if (!row) throw notFound('policy', `${name} ${version}`)
    return {
      tests: row.tests,
      test_results: row.test_results === null ? null : TestResults.parse(JSON.parse(row.test_results)),
      plan: row.plan === null ? null : PolicyPlan.parse(JSON.parse(row.plan)),
    }
  }

  /** Refused when a test of the version fails; the results stay with the publication. */
  async function publish(actor: ActorRef, name: string, version: number, plan: PolicyPlan | null = null) {
    return write(actor, async (tx, record) => {
      const row = await store.findPolicy(tx, name, version)
      if (!row) throw notFound('policy', `${name} ${version}`)
      await publishIn(tx, record, actor, row, plan)
      return get(name, version, tx)
    })
  }

  async function insertDraft(tx: Tx, record: RecordEvent, actor: ActorRef, starter: Named): Promise<number> {
    const { name, text, tests } = starter
    const version = (await store.lastVersion(tx, name)) + 1
    const digest = sha256(text)
    await store.insertPolicy(tx, {
      name,
      version,
      state: 'draft',
      text,
      digest,
      created_at: isoNow(clock),
      created_by: actor.id,
      published_at: null,
      published_by: null,
      tests,
      test_results: null,
      plan: null,
    })
    const detail = { digest, ...(tests === null ? {} : { tests: sha256(tests) }) }
    record('policy.drafted', `policy:${name}/${version}`, detail)
    return version
  }

  async function publishIn(
    tx: Tx,
    record: RecordEvent,
    actor: ActorRef,
    row: store.StoredPolicy,
    plan: PolicyPlan | null,
    tested = true,
  ) {
    const { name, version, digest, tests } = row
    const results = tests === null || !tested ? null : runTests(documentOf(row), readTests(tests, name))
    if (row.state === 'draft' && results !== null && results.failed > 0) throw testsFail(name, version, results)
    const superseded = await store.supersede(tx, name)
    const published = await store.publishDraft(tx, name, version, {
      at: isoNow(clock),
      by: actor.id,
      test_results: results && JSON.stringify(results),
      plan: plan && JSON.stringify(plan),
    })
    if (!published) throw conflict(`policy ${name} ${version} is not a draft: a published version never changes`)
    const about = superseded === null ? [] : [`policy:${name}/${superseded}` as const]
    const detail = {
      digest,
      superseded,
      ...(results ? { tests: { passed: results.passed, results: digestOf(results) } } : {}),
      ...(plan ? { plan: { ...plan.counts, digest: digestOf(plan) } } : {}),
    }
    record('policy.published', `policy:${name}/${version}`, detail, about)
  }

  async function publishNew(tx: Tx, record: RecordEvent, actor: ActorRef, starter: Named, tested: boolean) {
    const version = await insertDraft(tx, record, actor, starter)
    const row = await store.findPolicy(tx, starter.name, version)
    if (row) await publishIn(tx, record, actor, row, null, tested)
  }

  /**
   * A workspace without any policy begins with the starters; from then on its policies are its own. They are not read before
   * somebody asks for them, because the first start does not wait for that; nor are their tests run.
   */
  async function ensureStarters(): Promise<void> {
    if ((await store.listPolicies(db)).length > 0) return
    const starters = await starterTexts()
    await write(serverActor, async (tx, record) => {
      if ((await store.listPolicies(tx)).length > 0) throw new StartedElsewhere()
      for (const starter of starters) {
        await publishNew(tx, record, serverActor, starter, false)
      }
    }).catch((error: unknown) => {
      if (!(error instanceof StartedElsewhere)) throw error
    })
  }

  /** Publishes the starters of a kind of organisation over those of every workspace; safe to run twice. */
  async function adoptStarters(actor: ActorRef, organisation: Organisation): Promise<void> {
    const inForce = new Map((await published()).map(({ name, digest }) => [name, digest]))
    for (const starter of await startersOf(organisation)) {
      if (inForce.get(starter.name) === sha256(starter.text)) continue
      await write(actor, (tx, record) => publishNew(tx, record, actor, starter, true))
    }
  }

  return { get, list, published, publication, draft, publish, ensureStarters, adoptStarters }
}

type Named = { readonly name: string; readonly text: string; readonly tests: string | null }

/** Another server of the same workspace was faster. */
class StartedElsewhere extends Error {}

/** With the names of roles, also refuses a rule that asks for a role that there is not, which nobody could ever meet. */
export function readPolicy(text: string, roles?: readonly string[]): PolicyDocument {
  const parsed = parsePolicy(text, roles)
  if (parsed.outcome === 'parsed') return parsed.document
  throw badRequest(messageOf(parsed.problems, 'policy'), { errors: parsed.problems, in: 'text' })
}

export function readTests(text: string, policy: string) {
  const parsed = parseTests(text, policy)
  if (parsed.outcome === 'parsed') return parsed
  throw badRequest(`tests, ${messageOf(parsed.problems, 'tests')}`, { errors: parsed.problems, in: 'tests' })
}

function testsFail(name: string, version: number, results: TestResults) {
  const [first] = results.cases.filter(({ passed }) => !passed)
  const why = first ? `, the first one at line ${first.line}: ${first.name}: ${first.problem}` : ''
  const many = `${results.failed} of ${results.cases.length} tests fail`
  return conflict(`policy ${name} ${version} cannot be published, because ${many}${why}`, { test_results: results })
}

function messageOf(problems: readonly PolicyProblem[], what: string): string {
  const [first] = problems
  if (!first) return `the ${what} cannot be read`
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return `line ${first.line}, column ${first.column}: ${first.path ? `${first.path}: ` : ''}${first.message}${more}`
}
