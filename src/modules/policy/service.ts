import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import { badRequest, conflict, notFound } from '../../lib/errors.ts'
import type { Digest } from '../../lib/ids.ts'
import type { RecordEvent, Write } from '../audit/index.ts'
import { type ActorRef, serverActor } from '../audit/schema.ts'
import type { AppliedPolicy } from './coverage.ts'
import type { Organisation, PolicyDocument, PolicyVersion } from './schema.ts'
import { sentencesOf } from './sentences.ts'
import { startersOf, starterTexts } from './starters.ts'
import * as store from './store.ts'
import { type PolicyProblem, parsePolicy } from './text.ts'

export type Policies = ReturnType<typeof createPolicies>

/** The rules of a workspace: drafts become published versions, which never change. */
export function createPolicies({ db, write, clock }: { db: Db; write: Write; clock: Clock }) {
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
    return {
      ...row,
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

  async function draft(actor: ActorRef, text: string): Promise<PolicyVersion> {
    const { name } = read(text)
    return write(actor, async (tx, record) => get(name, await insertDraft(tx, record, actor, { name, text }), tx))
  }

  async function publish(actor: ActorRef, name: string, version: number): Promise<PolicyVersion> {
    return write(actor, async (tx, record) => {
      await get(name, version, tx)
      await publishIn(tx, record, actor, name, version)
      return get(name, version, tx)
    })
  }

  async function insertDraft(tx: Tx, record: RecordEvent, actor: ActorRef, { name, text }: Named): Promise<number> {
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
    })
    record('policy.drafted', `policy:${name}/${version}`, { digest })
    return version
  }

  async function publishIn(tx: Tx, record: RecordEvent, actor: ActorRef, name: string, version: number) {
    const superseded = await store.supersede(tx, name)
    if (!(await store.publishDraft(tx, name, version, isoNow(clock), actor.id))) {
      throw conflict(`policy ${name} ${version} is not a draft: a published version never changes`)
    }
    const about = superseded === null ? [] : [`policy:${name}/${superseded}`]
    const digest = (await store.findPolicy(tx, name, version))?.digest ?? null
    record('policy.published', `policy:${name}/${version}`, { digest, superseded }, about)
  }

  /**
   * A workspace without any policy begins with the starters; from then on its policies are its own. They are not read before
   * somebody asks for them, because the first start does not wait for that.
   */
  async function ensureStarters(): Promise<void> {
    if ((await store.listPolicies(db)).length > 0) return
    const starters = await starterTexts()
    await write(serverActor, async (tx, record) => {
      if ((await store.listPolicies(tx)).length > 0) throw new StartedElsewhere()
      for (const starter of starters) {
        const version = await insertDraft(tx, record, serverActor, starter)
        await publishIn(tx, record, serverActor, starter.name, version)
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
      await write(actor, async (tx, record) => {
        await publishIn(tx, record, actor, starter.name, await insertDraft(tx, record, actor, starter))
      })
    }
  }

  return { get, list, published, draft, publish, ensureStarters, adoptStarters }
}

type Named = { readonly name: string; readonly text: string }

/** Another server of the same workspace was faster. */
class StartedElsewhere extends Error {}

function read(text: string): PolicyDocument {
  const parsed = parsePolicy(text)
  if (parsed.outcome === 'parsed') return parsed.document
  throw badRequest(messageOf(parsed.problems), { errors: parsed.problems })
}

function messageOf(problems: readonly PolicyProblem[]): string {
  const [first] = problems
  if (!first) return 'the policy cannot be read'
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return `line ${first.line}, column ${first.column}: ${first.path ? `${first.path}: ` : ''}${first.message}${more}`
}
