import type { Db, Tx } from '../../db/database.ts'
import { type Clock, isoNow } from '../../lib/clock.ts'
import { sha256 } from '../../lib/digest.ts'
import { badRequest, conflict, forbidden, notFound } from '../../lib/errors.ts'
import { type Actor, type Person, permits } from '../access/schema.ts'
import type { Write } from '../audit/index.ts'
import { tell } from '../notifications/index.ts'
import { findVersionById, getVersion } from '../registry/index.ts'
import type { ModelVersion, VersionId } from '../registry/schema.ts'
import { mentioned } from './mentions.ts'
import { aboutThings, linkOf, say, subjectWords } from './say.ts'
import type { Comment, CommentInput, CommentSubject, SaidComment } from './schema.ts'
import * as store from './store.ts'

export type CommentParts = {
  readonly db: Db
  readonly write: Write
  readonly clock: Clock
  /** Everyone with an account, with the roles of this workspace. */
  readonly people: () => Promise<Person[]>
  /** Whether a version has the review, evidence or requirement that somebody wants to say something about. */
  readonly has: (db: Db, version: ModelVersion, about: CommentSubject) => Promise<boolean>
}

export type Comments = ReturnType<typeof createComments>

/** What people say about reviews, requirements and evidence. A text is replaced, never overwritten. */
export function createComments({ db, write, clock, people, has }: CommentParts) {
  async function list(model: string, which: string): Promise<Comment[]> {
    const { id } = await getVersion(db, model, which)
    return store.commentsOf(db, id)
  }

  async function add(actor: Actor, model: string, which: string, input: CommentInput): Promise<SaidComment> {
    const named = mentioned(input.text, await people(), model)
    return write(actor, async (tx, record) => {
      const version = await getVersion(tx, model, which)
      if (!(await has(tx, version, input.about))) {
        throw notFound(input.about.kind, store.subjectText(input.about))
      }
      const parent = input.answers === undefined ? undefined : await parentOf(tx, version, input)
      const { about, text } = input
      const id = await say(tx, record, actor, { version, about, text, parent, mentioned: named, at: isoNow(clock) })
      return { comment: await get(tx, id), untold: named.untold }
    })
  }

  async function parentOf(tx: Tx, version: ModelVersion, { answers, about }: CommentInput) {
    const parent = await store.findRow(tx, answers ?? '')
    const same = parent?.kind === about.kind && parent.subject === store.subjectText(about)
    if (!parent || parent.version_id !== version.id || !same) {
      throw badRequest('the comment that this one answers is not about the same thing')
    }
    return parent
  }

  /** By whoever said it, while it stands. The earlier text stays beside it. */
  async function change(actor: Actor, id: string, text: string): Promise<SaidComment> {
    const { version } = await own(actor, id)
    const named = mentioned(text, await people(), version.model)
    return write(actor, async (tx, record) => {
      const comment = await get(tx, id)
      if (comment.retracted_at !== null) throw conflict('this comment was taken back')
      if (comment.text === text) throw conflict('this is what it says already')
      const at = isoNow(clock)
      await store.insertText(tx, id, comment.earlier.length + 2, text, at)
      await store.setMentions(tx, id, named.told)
      const detail = { before: sha256(comment.text), after: sha256(text) }
      record('comment.changed', `comment:${id}`, detail, aboutThings(version, comment.about))
      await tell(tx, {
        to: named.told.filter((person) => !comment.mentions.includes(person)),
        kind: 'mention',
        text: `You were named in a comment on ${subjectWords(comment.about)} of ${version.model} ${version.version}.`,
        link: linkOf(version, comment.about),
        by: actor.id,
        at,
      })
      return { comment: await get(tx, id), untold: named.untold }
    })
  }

  /** It stays readable, marked as taken back. */
  async function retract(actor: Actor, id: string): Promise<Comment> {
    const { version } = await own(actor, id)
    return write(actor, async (tx, record) => {
      const { about } = await get(tx, id)
      if (!(await store.retract(tx, id, isoNow(clock)))) throw conflict('this comment was taken back already')
      record('comment.retracted', `comment:${id}`, {}, aboutThings(version, about))
      return get(tx, id)
    })
  }

  async function get(from: Db, id: string): Promise<Comment> {
    const comment = await store.findComment(from, id)
    if (!comment) throw notFound('comment', id)
    return comment
  }

  /** A comment on a model that the actor may not read is one that is not there. */
  async function own(actor: Actor, id: string) {
    const row = await store.findRow(db, id)
    const version = row && (await findVersionById(db, row.version_id as VersionId))
    const may = (permission: 'review.read' | 'review.comment') => version && permits(actor, permission, version.model)
    if (!row || !version || !(may('review.read') || may('review.comment'))) throw notFound('comment', id)
    if (!may('review.comment')) throw forbidden('this needs the permission review.comment')
    if (row.said_by !== actor.id) throw forbidden('only whoever said it changes a comment or takes it back')
    return { row, version }
  }

  return { list, add, change, retract }
}
